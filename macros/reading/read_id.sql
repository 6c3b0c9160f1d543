{#- Ids are unique within a store, where the shop tells one. -#}
{% macro read_id(id) -%}
    coalesce(store || ':' || {{ id }}, {{ id }})
{%- endmacro %}
