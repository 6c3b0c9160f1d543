{#- Hashes are small: only rows whose hash comes twice are looked at closely. -#}
{% macro rows_of_repeated_keys(model, columns, among='true') %}
    select
        {{ columns | join(', ') }},
        count(*) as rows_of_key
    from {{ model }}
    where ({{ among }}) and {{ row_hash(columns) }} in (
        select {{ row_hash(columns) }} from {{ model }} where ({{ among }}) group by {{ row_hash(columns) }} having count(*) > 1
    )
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endmacro %}
