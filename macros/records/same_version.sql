{% macro same_version(left, right) -%}
    coalesce({{ left }}.superseded_version, 0) = coalesce({{ right }}.superseded_version, 0)
{%- endmacro %}
