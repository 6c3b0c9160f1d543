{% macro money_columns(columns, relation=none) -%}
    {%- for column in columns -%}
    cast({{ relation ~ '.' if relation }}{{ column }} as {{ type_money() }}) as {{ column }}{% if not loop.last %},
        {% endif %}
    {%- endfor -%}
{%- endmacro %}
