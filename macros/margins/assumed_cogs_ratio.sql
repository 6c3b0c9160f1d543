{% macro assumed_cogs_ratio() -%}
    {%- if var('assumed_gross_margin') is none -%}
    cast(null as {{ type_double() }})
    {%- else -%}
    cast({{ 1 - var('assumed_gross_margin') | float }} as {{ type_double() }})
    {%- endif -%}
{%- endmacro %}
