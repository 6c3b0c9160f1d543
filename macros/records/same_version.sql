{#- left, right: names in the query of relations with superseded_version, which is null for the version in force. -#}
{% macro same_version(left, right) -%}
    coalesce({{ left }}.superseded_version, 0) = coalesce({{ right }}.superseded_version, 0)
{%- endmacro %}
