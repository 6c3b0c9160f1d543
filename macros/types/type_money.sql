{#- The type of every amount of money: exact, so that sums don't depend on the order of the rows. -#}
{% macro type_money() -%}numeric(28, 4){%- endmacro %}
