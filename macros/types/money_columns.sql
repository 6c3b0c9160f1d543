{#- columns: names of exact amounts, sums among them. Returns them cast to money under their own names. -#}
{% macro money_columns(columns) -%}
    {%- for column in columns -%}
    cast({{ column }} as {{ type_money() }}) as {{ column }}{% if not loop.last %},
        {% endif %}
    {%- endfor -%}
{%- endmacro %}

{#- numerator, denominator: SQL numbers. Their ratio in double precision; null where the denominator is 0 or unknown. -#}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double precision) / nullif(cast({{ denominator }} as double precision), 0)
{%- endmacro %}
