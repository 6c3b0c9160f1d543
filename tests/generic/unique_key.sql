{#- Fails for every combination of `columns` that stands in more than one row: the grain of the model is broken. Columns may be NULL. -#}
{% test unique_key(model, columns) %}
    {{ rows_of_repeated_keys(model, columns) }}
{% endtest %}
