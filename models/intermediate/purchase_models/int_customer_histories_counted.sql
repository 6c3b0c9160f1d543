with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }}
),

orders as (
    select
        order_id,
        customer_id,
        order_date,
        net_revenue,
        is_fully_refunded
    from {{ ref('int_orders_sequenced') }}
    where is_counted_status and customer_id is not null
),

-- what was given back after an earlier cutoff was not yet known at it
later_refunds as (
    select
        cutoffs.cutoff_date,
        refunds.order_id,
        sum(refunds.refund_amount) as refund_amount
    from {{ ref('int_refunds_valued') }} as refunds
    inner join cutoffs
        on refunds.refund_date > cutoffs.cutoff_date
    where not cutoffs.is_as_of
    group by cutoffs.cutoff_date, refunds.order_id
),

known_then as (
    select
        cutoffs.cutoff_date,
        orders.customer_id,
        orders.order_date,
        orders.net_revenue + coalesce(later_refunds.refund_amount, 0) as net_revenue,
        orders.is_fully_refunded
        and (later_refunds.order_id is null or orders.net_revenue + later_refunds.refund_amount <= 0) as is_fully_refunded
    from orders
    inner join cutoffs
        on orders.order_date <= cutoffs.cutoff_date
    left join later_refunds
        on
            cutoffs.cutoff_date = later_refunds.cutoff_date
            and orders.order_id = later_refunds.order_id
    where not cutoffs.is_as_of
),

known_now as (
    select
        cutoffs.cutoff_date,
        orders.customer_id,
        orders.order_date,
        orders.net_revenue,
        orders.is_fully_refunded
    from orders
    inner join cutoffs
        on orders.order_date <= cutoffs.cutoff_date
    where cutoffs.is_as_of
),

occasions as (
    select
        cutoff_date,
        customer_id,
        order_date as occasion_date,
        sum(net_revenue) as net_revenue
    from (
        select * from known_then
        union all
        select * from known_now
    ) as known
    where not is_fully_refunded and net_revenue >= 0
    group by cutoff_date, customer_id, order_date
),

summed as (
    select
        cutoff_date,
        customer_id,
        count(*) - 1 as x,
        min(occasion_date) as first_occasion_date,
        max(occasion_date) as last_occasion_date,
        sum(net_revenue) as net_revenue
    from occasions
    group by cutoff_date, customer_id
),

final as (
    select
        summed.cutoff_date,
        summed.customer_id,
        cast(summed.x as double precision) as x,
        {{ weeks_between('summed.first_occasion_date', 'summed.last_occasion_date') }} as t_x,
        {{ weeks_between('summed.first_occasion_date', 'summed.cutoff_date') }} as age,
        {{ ratio('summed.net_revenue - occasions.net_revenue', 'summed.x') }} as mean_repeat_value,
        {{ ratio('summed.net_revenue', 'summed.x + 1') }} as mean_value,
        summed.first_occasion_date,
        summed.last_occasion_date
    from summed
    inner join occasions
        on
            summed.cutoff_date = occasions.cutoff_date
            and summed.customer_id = occasions.customer_id
            and summed.first_occasion_date = occasions.occasion_date
)

select * from final
