{% macro name_key(name) -%}
    lower({{ blanks_collapsed(name) }})
{%- endmacro %}
