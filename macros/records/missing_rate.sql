{#- The reason for quarantine of a row in a currency without a rate. currency, day: SQL text and date. -#}
{% macro missing_rate(currency, day) -%}
    'no exchange rate for ' || {{ currency }} || ' on ' || cast({{ day }} as {{ dbt.type_string() }})
{%- endmacro %}
