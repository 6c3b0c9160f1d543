{#- The rungs of the cost ladder, most certain first. -#}
{% macro margin_bases() %}
    {{ return(['line_cost', 'product_cost', 'inventory_ratio', 'company_rate', 'assumed_margin', 'unknown']) }}
{% endmacro %}

{#- column: SQL text, a rung of the ladder. Aggregate: the least certain rung among the rows. -#}
{% macro weakest_margin_basis(column) -%}
    case max(
        case {{ column }}
            {%- for basis in margin_bases() %}
            when '{{ basis }}' then {{ loop.index }}
            {%- endfor %}
        end
    )
        {%- for basis in margin_bases() %}
        when {{ loop.index }} then '{{ basis }}'
        {%- endfor %}
    end
{%- endmacro %}
