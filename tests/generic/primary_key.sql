{#- Fails for every combination of `columns` that stands in more than one row, or lacks a value: the grain of the model is broken. -#}
{% test primary_key(model, columns) %}
    {{ rows_of_repeated_keys(model, columns) }}
    union all
    select
        {{ columns | join(', ') }},
        count(*) as rows_of_key
    from {{ model }}
    where {{ columns | join(' is null or ') }} is null
    group by {{ columns | join(', ') }}
{% endtest %}
