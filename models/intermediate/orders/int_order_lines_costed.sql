{{ config(materialized='view') }}

with lines as (
    select * from {{ ref('int_unit_costs_matched') }}
),

inventory_ratios as (
    select * from {{ ref('int_inventory_ratios_derived') }}
),

company_rate as (
    select * from {{ ref('int_company_cost_rate_derived') }}
),

-- the lower rungs of the cost ladder: the period's inventory, the company's rate, the assumed margin
final as (
    select
        lines.order_id,
        lines.line_number,
        lines.product_id,
        lines.quantity,
        lines.order_date,
        lines.is_counted_status,
        lines.source_item_revenue,
        lines.item_revenue,
        lines.line_discount_amount,
        lines.net_item_revenue,
        case
            when lines.known_cost_basis is not null then lines.known_cogs
            else {{ cogs_by_ratio('lines.net_item_revenue', 'inventory_ratios.cogs_ratio', 'company_rate.cogs_ratio') }}
        end as cogs,
        coalesce(
            lines.known_cost_basis, {{ ratio_margin_basis('inventory_ratios.cogs_ratio', 'company_rate.cogs_ratio') }}
        ) as margin_basis
    from lines
    cross join company_rate
    left join inventory_ratios
        on lines.order_date = inventory_ratios.order_date
    where lines.superseded_version is null
)

select * from final
