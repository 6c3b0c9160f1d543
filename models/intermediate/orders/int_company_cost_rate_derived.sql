with lines as (
    select * from {{ ref('int_unit_costs_matched') }}
),

inventory_ratios as (
    select * from {{ ref('int_inventory_ratios_derived') }}
),

-- the ladder's known costs: on the line, of the product, by the period's inventory
known as (
    select
        lines.net_item_revenue,
        case
            when lines.known_cost_basis is not null then lines.known_cogs
            else {{ to_money('lines.net_item_revenue * inventory_ratios.cogs_ratio') }}
        end as cogs
    from lines
    left join inventory_ratios
        on lines.order_date = inventory_ratios.order_date
    where
        lines.is_counted_status
        and (lines.known_cost_basis is not null or inventory_ratios.cogs_ratio is not null)
),

final as (
    select {{ ratio('sum(cogs)', 'sum(net_item_revenue)') }} as cogs_ratio
    from known
)

select * from final
