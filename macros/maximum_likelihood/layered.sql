{#- Columns that build on each other. source: SQL after `from`; layers: list of {column: expression}, each may use the columns of
    those before it. CTEs of which the last is <name>: all of these columns beside those of the source. -#}
{% macro layered(name, source, layers) -%}
    {%- for layer in layers -%}
    {{ name if loop.last else name ~ '_' ~ loop.index }} as (
        select
            *
            {%- for column, expression in layer.items() %},
            {{ expression }} as {{ column }}
            {%- endfor %}
        from {{ source if loop.first else name ~ '_' ~ loop.index0 }}
    ){{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}
