with listed as (
    select * from {{ ref('int_past_orders_listed') }}
),

orders as (
    select * from {{ ref('int_orders_totalled') }}
),

final as (
    select
        listed.cutoff_date,
        orders.order_id,
        orders.superseded_version,
        orders.source_customer_id,
        orders.email,
        orders.is_counted_status,
        orders.source_currency,
        orders.exchange_rate,
        orders.quantity,
        orders.tax_amount,
        orders.revenue_before_refunds,
        orders.known_cogs,
        orders.costed_revenue,
        orders.uncosted_revenue,
        orders.order_date
    from listed
    inner join orders
        on
            listed.order_id = orders.order_id
            and {{ same_version('listed', 'orders') }}
    where orders.order_date <= listed.cutoff_date
)

select * from final
