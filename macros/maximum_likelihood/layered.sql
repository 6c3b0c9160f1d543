{#- source: SQL after `from`; layers: list of {column: expression}, each may use the columns of those before it.
    A select with all of these columns beside those of the source. -#}
{% macro layered(source, layers) %}
    {%- set nested = namespace(sql=source) -%}
    {%- for layer in layers -%}
        {%- set columns = ['*'] -%}
        {%- for name, expression in layer.items() -%}
            {%- do columns.append(expression ~ ' as ' ~ name) -%}
        {%- endfor -%}
        {%- set from_sql = nested.sql if loop.first else '(' ~ nested.sql ~ ') as layer_' ~ loop.index0 -%}
        {%- set nested.sql = 'select ' ~ columns | join(', ') ~ ' from ' ~ from_sql -%}
    {%- endfor -%}
    {{ return(nested.sql) }}
{% endmacro %}
