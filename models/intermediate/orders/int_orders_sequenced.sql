with orders as (
    select * from {{ restated(ref('int_orders_attributed'), by='int_changed_customers') }}
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
        device,
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
        ordered_at,
        order_date,
        case
            when is_counted and customer_id is not null
                then cast(row_number() over (partition by customer_id, is_counted order by ordered_at, order_id) as integer)
        end as customer_order_number
    from orders
)

select * from final
