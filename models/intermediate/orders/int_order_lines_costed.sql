with lines as (
    select * from {{ ref('int_unit_costs_matched') }}
),

inventory_ratios as (
    select * from {{ ref('int_inventory_ratios_derived') }}
),

-- the ladder's known costs: on the line, of the product, by the period's inventory
known as (
    select
        lines.*,
        case
            when lines.known_cost_basis is not null then lines.known_cost_basis
            when inventory_ratios.cogs_ratio is not null then 'inventory_ratio'
        end as cost_basis,
        case
            when lines.known_cost_basis is not null then lines.known_cogs
            else {{ to_money('lines.net_item_revenue * inventory_ratios.cogs_ratio') }}
        end as cogs
    from lines
    left join inventory_ratios
        on lines.order_date = inventory_ratios.order_date
),

-- the company's rate over the lines whose cost is known
company_rate as (
    select {{ ratio('sum(cogs)', 'sum(net_item_revenue)') }} as cogs_ratio
    from known
    where cost_basis is not null and is_counted_status
),

final as (
    select
        known.order_id,
        known.line_number,
        known.product_id,
        known.quantity,
        known.order_date,
        known.is_counted_status,
        known.source_item_revenue,
        known.item_revenue,
        known.line_discount_amount,
        known.net_item_revenue,
        case
            when known.cost_basis is not null then known.cogs
            else {{ to_money('known.net_item_revenue * coalesce(company_rate.cogs_ratio, ' ~ assumed_cogs_ratio() ~ ')') }}
        end as cogs,
        case
            when known.cost_basis is not null then known.cost_basis
            when company_rate.cogs_ratio is not null then 'company_rate'
            when {{ assumed_cogs_ratio() }} is not null then 'assumed_margin'
            else 'unknown'
        end as margin_basis
    from known
    cross join company_rate
)

select * from final
