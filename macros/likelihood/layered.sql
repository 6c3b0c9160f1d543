{% macro layered(name, source, layers) -%}
    {%- for layer in layers -%}
    {{ name if loop.last else name ~ '_' ~ loop.index }} as {{ fenced() }} (
        select
            *
            {%- for column, expression in layer.items() %},
            {{ expression }} as {{ column }}
            {%- endfor %}
        from {{ source if loop.first else name ~ '_' ~ loop.index0 }}
    ){{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}
