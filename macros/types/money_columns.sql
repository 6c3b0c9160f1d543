{#- columns: names of exact amounts, sums among them. Returns them cast to money under their own names. -#}
{% macro money_columns(columns) -%}
    {%- for column in columns -%}
    cast({{ column }} as {{ type_money() }}) as {{ column }}{% if not loop.last %},
        {% endif %}
    {%- endfor -%}
{%- endmacro %}
