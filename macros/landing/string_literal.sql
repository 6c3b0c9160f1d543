{#- value as an SQL string literal, quotes doubled. -#}
{% macro string_literal(value) -%}
    {{- return("'" ~ (value | string).replace("'", "''") ~ "'") -}}
{%- endmacro %}
