with orders as (
    select *
    from {{ restated(ref('int_order_states_costed'), by='int_changed_orders', dates='int_dates_listed') }}
),

refunds as (
    select
        valued_at,
        order_id,
        sum(refund_amount) as refund_amount,
        sum(cogs_returned) as cogs_returned,
        max(case when is_fully_refunded then 1 else 0 end) as is_fully_refunded
    from {{ ref('int_refunds_valued') }}
    group by valued_at, order_id
),

refunded as (
    select
        {{ prefixed('orders.', [
            'valued_at', 'order_id', 'source_customer_id', 'is_counted_status', 'revenue_before_refunds', 'margin_basis', 'ordered_at',
            'order_date',
        ]) | join(', ') }},
        coalesce(refunds.refund_amount, 0) as refund_amount,
        coalesce(refunds.is_fully_refunded, 0) = 1 as is_fully_refunded,
        coalesce(refunds.cogs_returned, 0) as cogs_returned,
        -- the goods of a note that took back all it was for are those of orders
        case
            when orders.revenue_before_refunds < 0 and refunds.is_fully_refunded = 1 then coalesce(orders.cogs_before_refunds, 0)
            else orders.cogs_before_refunds
        end as cogs_before_refunds
    from orders
    left join refunds
        on
            orders.valued_at = refunds.valued_at
            and orders.order_id = refunds.order_id
),

-- an order that doesn't count brings and costs nothing
netted as (
    select
        *,
        case when is_counted_status then revenue_before_refunds - refund_amount else 0 end as net_revenue,
        case
            when is_counted_status then cogs_before_refunds - cogs_returned
            when cogs_before_refunds is not null then 0
        end as cogs
    from refunded
),

-- a document worth less than nothing is a credit note, no purchase
final as (
    select
        valued_at,
        order_id,
        source_customer_id,
        is_counted_status,
        is_fully_refunded,
        is_counted_status and not is_fully_refunded and net_revenue >{{ '=' if var('free_orders_count') }} 0 as is_counted,
        {{ money_columns(['revenue_before_refunds', 'refund_amount', 'net_revenue', 'cogs_before_refunds', 'cogs']) }},
        cast(net_revenue - cogs as {{ type_money() }}) as gross_margin,
        margin_basis,
        ordered_at,
        order_date
    from netted
)

select * from final
