with orders as (
    select * from {{ ref('int_orders_sequenced') }}
),

refunds as (
    select *
    from {{ ref('int_refunds_valued') }}
    where valued_at = {{ valued_now() }} and is_counted_status
),

-- money in the month it moved: sales when they were made, refunds when they were paid
-- an order that doesn't count moves nothing, and begins no segment
flows as (
    select
        customer_id,
        {{ month_number('order_date') }} as month_number,
        case when is_counted then 1 else 0 end as orders,
        revenue_before_refunds as net_revenue,
        revenue_before_refunds - cogs_before_refunds as gross_margin
    from orders
    where is_counted_status
    union all
    select
        orders.customer_id,
        {{ month_number('refunds.refund_date') }} as month_number,
        0 as orders,
        -refunds.refund_amount as net_revenue,
        refunds.cogs_returned - refunds.refund_amount as gross_margin
    from refunds
    inner join orders
        on refunds.order_id = orders.order_id
),

final as (
    select
        customer_id,
        month_number,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue,
        sum(coalesce(gross_margin, 0)) as gross_margin,
        sum(case when gross_margin is null then 1 else 0 end) as unknown_margins
    from flows
    group by customer_id, month_number
)

select * from final
