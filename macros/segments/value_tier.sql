{#- rank, customers: SQL numbers, the customer's place by value (1 is the best) and how many there are.
    Returns the name of the tier by var value_tiers; a tier reaches up to its share of customers, rounded up. -#}
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


{#- In which order customers are worth the most; ties break by customer_id. -#}
{% macro value_order() -%}
    coalesce(total_clv, historical_clv) desc nulls last, customer_id asc
{%- endmacro %}
