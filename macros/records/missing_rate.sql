{% macro missing_rate(currency, day) -%}
    'no exchange rate for ' || {{ currency }} || ' on ' || cast({{ day }} as {{ dbt.type_string() }})
{%- endmacro %}
