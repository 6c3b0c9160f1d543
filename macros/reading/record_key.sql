{#- columns: landed columns that together identify a record. Returns SQL of one text; blanks count as values. -#}
{% macro record_key(columns) -%}
    {%- for column in columns -%}
    coalesce(cast({{ column }} as {{ dbt.type_string() }}), ''){% if not loop.last %} || '|' || {% endif %}
    {%- endfor -%}
{%- endmacro %}
