{% macro quintile(ordering) -%}
    cast(least(floor(percent_rank() over (order by {{ ordering }}) * 5) + 1, 5) as integer)
{%- endmacro %}
