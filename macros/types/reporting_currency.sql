{#- Var reporting_currency as SQL text, in upper case as currencies are read. -#}
{% macro reporting_currency() -%}
    cast({{ string_literal(var('reporting_currency') | upper) }} as {{ dbt.type_string() }})
{%- endmacro %}
