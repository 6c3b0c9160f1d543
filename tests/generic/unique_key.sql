{#- Fails for every combination of `columns` that stands in more than one row: the grain of the model is broken. Hashes are small: only rows
    whose hash comes twice are looked at closely. -#}
{% test unique_key(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as rows_of_key
    from {{ model }}
    where {{ row_hash(columns) }} in (
        select {{ row_hash(columns) }} from {{ model }} group by {{ row_hash(columns) }} having count(*) > 1
    )
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
