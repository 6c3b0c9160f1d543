{#- The type of every amount of money: exact, so that sums don't depend on the order of the rows. -#}
{% macro type_money() -%}numeric(28, 4){%- endmacro %}

{#- expression: SQL number. Returns it as money, rounded to 4 decimals. -#}
{% macro to_money(expression) -%}
    cast(round(cast({{ expression }} as double precision), 4) as {{ type_money() }})
{%- endmacro %}
