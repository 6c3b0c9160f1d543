with orders as (
    select * from {{ ref('int_orders_totalled') }} where superseded_version is null and is_counted_status
),

inventory_ratios as (
    select * from {{ ref('int_inventory_ratios_derived') }}
),

-- the ladder's known costs: on the line, of the product, by the period's inventory
known as (
    select
        {{ known_cogs_of_order('orders', 'inventory_ratios.cogs_ratio') }} as cogs,
        {{ revenue_of_known_cost('orders', 'inventory_ratios.cogs_ratio') }} as revenue
    from orders
    left join inventory_ratios
        on orders.order_date = inventory_ratios.order_date
),

final as (
    select {{ ratio('sum(cogs)', 'sum(revenue)') }} as cogs_ratio
    from known
)

select * from final
