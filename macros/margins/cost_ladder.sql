{#- The lower rungs of the cost ladder, for goods whose cost neither the line nor the product tells: the ratio of the period's inventory,
    the company's rate over lines of known cost, the assumed margin. -#}

{#- revenue: SQL amount of such goods; inventory_ratio, company_rate: SQL fractions, null where there is none. Their cost, null if unknown. -#}
{% macro cogs_by_ratio(revenue, inventory_ratio, company_rate) -%}
    {{ to_money(revenue ~ ' * coalesce(' ~ inventory_ratio ~ ', ' ~ company_rate ~ ', ' ~ assumed_cogs_ratio() ~ ')') }}
{%- endmacro %}


{#- Arguments: as of cogs_by_ratio. The rung that told the cost. -#}
{% macro ratio_margin_basis(inventory_ratio, company_rate) -%}
    case
        when {{ inventory_ratio }} is not null then 'inventory_ratio'
        when {{ company_rate }} is not null then 'company_rate'
        when {{ assumed_cogs_ratio() }} is not null then 'assumed_margin'
        else 'unknown'
    end
{%- endmacro %}


{#- orders: name in the query of a relation with known_cogs, known_cost_basis and uncosted_revenue; the others as of cogs_by_ratio. An
    order's cost before refunds, null where a part of it is unknown. -#}
{% macro order_cogs(orders, inventory_ratio, company_rate) -%}
    case
        when {{ orders }}.uncosted_revenue is null then {{ orders }}.known_cogs
        else coalesce({{ orders }}.known_cogs, 0) + {{ cogs_by_ratio(orders ~ '.uncosted_revenue', inventory_ratio, company_rate) }}
    end
{%- endmacro %}


{#- Arguments: as of order_cogs. The least certain rung of the order's lines. -#}
{% macro order_margin_basis(orders, inventory_ratio, company_rate) -%}
    case
        when {{ orders }}.uncosted_revenue is null then {{ orders }}.known_cost_basis
        else {{ ratio_margin_basis(inventory_ratio, company_rate) }}
    end
{%- endmacro %}


{#- Over int_documents_totalled: what the lines of an order bring, those of known cost and the others. -#}
{% macro item_revenue_of_order() -%}
    coalesce(costed_revenue, 0) + coalesce(uncosted_revenue, 0)
{%- endmacro %}


{#- orders: as of order_cogs; inventory_ratio: SQL fraction, null where there is none. What is known of the order's cost: by line, product
    or inventory. -#}
{% macro known_cogs_of_order(orders, inventory_ratio) -%}
    coalesce({{ orders }}.known_cogs, 0) + coalesce({{ to_money(orders ~ '.uncosted_revenue * ' ~ inventory_ratio) }}, 0)
{%- endmacro %}


{#- Arguments: as of known_cogs_of_order. The revenue of the goods whose cost that is. -#}
{% macro revenue_of_known_cost(orders, inventory_ratio) -%}
    coalesce({{ orders }}.costed_revenue, 0)
    + case when {{ inventory_ratio }} is not null then coalesce({{ orders }}.uncosted_revenue, 0) else 0 end
{%- endmacro %}
