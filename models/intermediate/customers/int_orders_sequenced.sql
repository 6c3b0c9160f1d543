with orders as (
    select * from {{ ref('int_orders_valued') }}
),

identities as (
    select * from {{ ref('int_customers_resolved') }}
),

attributed as (
    select
        orders.*,
        identities.customer_id
    from orders
    left join identities
        on coalesce(orders.source_customer_id, {{ guest_id(normalised_email('orders.email')) }}) = identities.source_customer_id
),

final as (
    select
        order_id,
        customer_id,
        status,
        is_counted_status,
        is_fully_refunded,
        is_counted,
        source_currency,
        sales_channel,
        country,
        source_gross_item_revenue,
        gross_item_revenue,
        discount_amount,
        shipping_amount,
        tax_amount,
        revenue_before_refunds,
        refund_amount,
        net_revenue,
        cogs_before_refunds,
        cogs,
        gross_margin,
        margin_basis,
        case
            when is_counted and customer_id is not null
                then cast(row_number() over (partition by customer_id, is_counted order by ordered_at, order_id) as integer)
        end as customer_order_number,
        ordered_at,
        order_date
    from attributed
)

select * from final
