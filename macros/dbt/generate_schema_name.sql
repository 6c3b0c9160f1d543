{#- Schemas by their own names where the target's is `main`, else behind it. dbt asks for one as it reads each model, so that a wrong var is told here before a model stumbles over it
    (`clv` reads them without most vars, and has these checked next, with the raw data). -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- do check_vars() if node.resource_type == 'model' -%}
    {%- if not custom_schema_name -%}
    {{ target.schema }}
    {%- elif target.schema == 'main' -%}
    {{ custom_schema_name }}
    {%- else -%}
    {{ target.schema }}_{{ custom_schema_name }}
    {%- endif -%}
{%- endmacro %}
