{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('int_orders_totalled') }} where superseded_version is null
),

inventory_ratios as (
    select * from {{ ref('int_inventory_ratios_derived') }}
),

company_rate as (
    select * from {{ ref('int_company_cost_rate_derived') }}
),

final as (
    select
        orders.order_id,
        orders.source_customer_id,
        orders.email,
        orders.status,
        orders.is_counted_status,
        orders.source_currency,
        orders.sales_channel,
        orders.country,
        orders.exchange_rate,
        orders.quantity,
        orders.source_gross_item_revenue,
        orders.gross_item_revenue,
        orders.discount_amount,
        orders.shipping_amount,
        orders.tax_amount,
        orders.revenue_before_refunds,
        orders.known_cogs,
        orders.known_cost_basis,
        orders.costed_revenue,
        orders.uncosted_revenue,
        orders.ordered_at,
        orders.order_date,
        {{ order_cogs('orders', 'inventory_ratios.cogs_ratio', 'company_rate.cogs_ratio') }} as cogs_before_refunds,
        {{ order_margin_basis('orders', 'inventory_ratios.cogs_ratio', 'company_rate.cogs_ratio') }} as margin_basis
    from orders
    cross join company_rate
    left join inventory_ratios
        on orders.order_date = inventory_ratios.order_date
)

select * from final
