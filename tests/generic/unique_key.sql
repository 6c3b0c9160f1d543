{#- Fails for every combination of `columns` that stands in more than one row: the grain of the model is broken. Columns may be NULL.
    among: SQL condition, which rows to look at; all without it. -#}
{% test unique_key(model, columns, among='true') %}
    {{ rows_of_repeated_keys(model, columns, among) }}
{% endtest %}
