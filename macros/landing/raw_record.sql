{#- The whole row as delivered, as one value: cheap to carry, turned into text only for the rows in quarantine.
    columns: the delivered columns. is_mixed: the source has CSV and Parquet files, whose rows differ in type. -#}
{% macro raw_record(columns, is_mixed=false) %}
    {{ return(adapter.dispatch('raw_record')(columns, is_mixed)) }}
{% endmacro %}

{% macro duckdb__raw_record(columns, is_mixed) %}
    {% set pairs = [] %}
    {% for name in columns %}
        {% do pairs.append(string_literal(name) ~ ': ' ~ duckdb_quote(name)) %}
    {% endfor %}
    {% set record = '{' ~ pairs | join(', ') ~ '}' if pairs else 'cast(null as varchar)' %}
    {{ return('to_json(' ~ record ~ ')' if is_mixed else record) }}
{% endmacro %}

{#- record: a column made by raw_record. Returns SQL of its JSON text. -#}
{% macro raw_record_text(record) %}{{ return(adapter.dispatch('raw_record_text')(record)) }}{% endmacro %}

{% macro duckdb__raw_record_text(record) %}{{ return('cast(to_json(' ~ record ~ ') as varchar)') }}{% endmacro %}
