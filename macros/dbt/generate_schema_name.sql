{#- Schemas by their own names. dbt asks for one as it reads each model, so that a wrong var is told here before a model stumbles over it
    (`clv` reads them without most vars, and has these checked next, with the raw data). -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- do check_vars() if node.resource_type == 'model' -%}
    {{ custom_schema_name if custom_schema_name else target.schema }}
{%- endmacro %}
