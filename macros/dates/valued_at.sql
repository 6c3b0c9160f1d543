{% macro valued_now() -%}
    cast('9999-12-31' as date)
{%- endmacro %}
