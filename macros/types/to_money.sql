{#- expression: SQL number. Returns it as money, rounded to 4 decimals. -#}
{% macro to_money(expression) -%}
    cast({{ expression }} as {{ type_money() }})
{%- endmacro %}
