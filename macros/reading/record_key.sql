{#- columns: landed columns that together identify a record. Returns SQL of one text; blanks count as values, and a bar within a
    value is escaped, so that no two records share a key. -#}
{% macro record_key(columns) -%}
    {%- for column in columns -%}
    replace(replace(coalesce(cast({{ column }} as {{ dbt.type_string() }}), ''), '~', '~~'), '|', '~|'){% if not loop.last %} || '|' || {% endif %}
    {%- endfor -%}
{%- endmacro %}
