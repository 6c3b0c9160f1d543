{{ config(materialized='incremental', incremental_strategy='append', pre_hook="{{ forget_orders('int_orders_restated') }}") }}

with orders as (
    select *
    from {{ ref('int_orders_costed') }}
    where {{ is_restated('order_id', 'int_orders_restated') }}
),

refunds as (
    select
        order_id,
        {{ refund_sums() }}
    from {{ ref('int_refunds_valued') }}
    group by order_id
),

netted as (
    select
        orders.*,
        {{ net_of_refunds('orders', 'refunds') }}
    from orders
    left join refunds
        on orders.order_id = refunds.order_id
),

final as (
    select
        order_id,
        source_customer_id,
        email,
        status,
        is_counted_status,
        is_fully_refunded,
        {{ is_counted_order() }} as is_counted,
        source_currency,
        sales_channel,
        country,
        {{ money_columns([
            'source_gross_item_revenue', 'gross_item_revenue', 'discount_amount', 'shipping_amount', 'tax_amount',
            'revenue_before_refunds', 'refund_amount', 'net_revenue', 'cogs_before_refunds', 'cogs',
        ]) }},
        cast(net_revenue - cogs as {{ type_money() }}) as gross_margin,
        margin_basis,
        ordered_at,
        order_date
    from netted
)

select * from final
