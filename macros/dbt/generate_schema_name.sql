{#- Schemas by their own names. dbt asks for one as it reads each model, so that a wrong var (but as_of_date, which `clv` leaves out as it
    parses) is told here before a model stumbles over it. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- do check_vars() -%}
    {{ custom_schema_name if custom_schema_name else target.schema }}
{%- endmacro %}
