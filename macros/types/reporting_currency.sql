{% macro reporting_currency() -%}
    cast({{ string_literal(var('reporting_currency') | upper) }} as {{ dbt.type_string() }})
{%- endmacro %}
