{#- ordering: SQL order, worst first. Window function: 1 to 5, the fifth of the rows below which the row stands; ties score alike. -#}
{% macro quintile(ordering) -%}
    cast(least(floor(percent_rank() over (order by {{ ordering }}) * 5) + 1, 5) as integer)
{%- endmacro %}
