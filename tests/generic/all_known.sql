{#- Fails for every row that lacks a value in any of `columns`. -#}
{% test all_known(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    where {{ columns | join(' is null or ') }} is null
{% endtest %}
