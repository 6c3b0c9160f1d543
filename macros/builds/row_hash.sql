{#- columns: list of column names. A whole number that changes with their values, small enough that those of all rows can be summed. -#}
{% macro row_hash(columns) -%}
    {{ return(adapter.dispatch('row_hash')(columns)) }}
{%- endmacro %}


{% macro default__row_hash(columns) -%}
    cast(hash({{ columns | join(', ') }}) % 4611686018427387847 as bigint)
{%- endmacro %}
