{% macro value_tier(rank, customers) -%}
    case
        {%- for tier in var('value_tiers') %}
        {%- if not loop.last %}
        when {{ rank }} <= ceil({{ tier.up_to }} * {{ customers }} - 1e-9) then {{ string_literal(tier.name) }}
        {%- else %}
        else {{ string_literal(tier.name) }}
        {%- endif %}
        {%- endfor %}
    end
{%- endmacro %}

{% macro value_order() -%}
    coalesce(total_clv, historical_clv) desc nulls last, customer_id asc
{%- endmacro %}
