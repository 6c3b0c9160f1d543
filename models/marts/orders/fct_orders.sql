with orders as (
    select * from {{ restated(ref('int_orders_sequenced'), by='int_changed_customers') }}
),

final as (
    select
        order_id,
        customer_id,
        status,
        is_counted,
        sales_channel,
        device,
        country,
        source_currency,
        source_gross_item_revenue,
        gross_item_revenue,
        discount_amount,
        shipping_amount,
        tax_amount,
        refund_amount,
        net_revenue,
        cogs,
        gross_margin,
        margin_basis,
        customer_order_number,
        coalesce(customer_order_number = 1, false) as is_first_order,
        ordered_at,
        order_date
    from orders
)

select * from final
