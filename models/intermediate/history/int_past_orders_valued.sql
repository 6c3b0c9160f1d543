with orders as (
    select * from {{ ref('int_past_orders_costed') }}
),

refunds as (
    select
        cutoff_date,
        order_id,
        {{ refund_sums() }}
    from {{ ref('int_past_refunds_valued') }}
    group by cutoff_date, order_id
),

netted as (
    select
        orders.*,
        {{ net_of_refunds('orders', 'refunds') }}
    from orders
    left join refunds
        on
            orders.cutoff_date = refunds.cutoff_date
            and orders.order_id = refunds.order_id
),

final as (
    select
        cutoff_date,
        order_id,
        source_customer_id,
        email,
        is_counted_status,
        {{ is_counted_order() }} as is_counted,
        {{ money_columns(['net_revenue', 'cogs']) }},
        cast(net_revenue - cogs as {{ type_money() }}) as gross_margin,
        order_date
    from netted
)

select * from final
