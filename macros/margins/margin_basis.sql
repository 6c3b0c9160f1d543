{% macro margin_bases() %}
    {{ return(['line_cost', 'product_cost', 'inventory_ratio', 'company_rate', 'assumed_margin', 'unknown']) }}
{% endmacro %}

{% macro margin_basis_rank(column) -%}
    case {{ column }}
        {%- for basis in margin_bases() %}
        when '{{ basis }}' then {{ loop.index }}
        {%- endfor %}
    end
{%- endmacro %}

{% macro margin_basis_of_rank(rank) -%}
    case {{ rank }}
        {%- for basis in margin_bases() %}
        when {{ loop.index }} then '{{ basis }}'
        {%- endfor %}
    end
{%- endmacro %}
