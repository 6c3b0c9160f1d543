{% macro record_key(columns) -%}
    {%- for column in columns -%}
    replace(replace(coalesce(cast({{ column }} as {{ dbt.type_string() }}), ''), '~', '~~'), '|', '~|'){% if not loop.last %} || '|' || {% endif %}
    {%- endfor -%}
{%- endmacro %}
