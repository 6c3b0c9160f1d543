{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('int_orders_valued') }}
),

identities as (
    select * from {{ ref('int_customers_resolved') }}
),

final as (
    select
        orders.order_id,
        identities.customer_id,
        orders.status,
        orders.is_counted_status,
        orders.is_fully_refunded,
        orders.is_counted,
        orders.source_currency,
        orders.sales_channel,
        orders.country,
        orders.source_gross_item_revenue,
        orders.gross_item_revenue,
        orders.discount_amount,
        orders.shipping_amount,
        orders.tax_amount,
        orders.revenue_before_refunds,
        orders.refund_amount,
        orders.net_revenue,
        orders.cogs_before_refunds,
        orders.cogs,
        orders.gross_margin,
        orders.margin_basis,
        orders.ordered_at,
        orders.order_date
    from orders
    left join identities
        on coalesce(orders.source_customer_id, {{ guest_id(normalised_email('orders.email')) }}) = identities.source_customer_id
)

select * from final
