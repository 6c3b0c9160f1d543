{#- dbt's cross-database safe_cast has no DuckDB version of its own and would stop the run on the first bad value. -#}
{% macro duckdb__safe_cast(field, type) -%}
    try_cast({{ field }} as {{ type }})
{%- endmacro %}
