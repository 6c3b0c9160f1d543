with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }} where is_rebuilt and not is_as_of
),

orders as (
    select
        order_id,
        order_date,
        {{ item_revenue_of_order() }} as net_item_revenue
    from {{ ref('int_orders_totalled') }}
    where superseded_version is null and is_counted_status
),

rewritten as (
    select * from {{ ref('int_past_versions_picked') }}
),

rewritten_orders as (
    select
        cutoff_date,
        order_date,
        {{ item_revenue_of_order() }} as net_item_revenue
    from {{ ref('int_past_orders_totalled') }}
    where superseded_version is not null and is_counted_status
),

days as (
    select
        order_date,
        sum(net_item_revenue) as net_item_revenue
    from orders
    group by order_date
),

-- as it is now, without the orders that were others then, and with what they were
revenues as (
    select
        cutoffs.cutoff_date,
        days.order_date,
        days.net_item_revenue
    from days
    inner join cutoffs
        on days.order_date <= cutoffs.cutoff_date
    union all
    select
        rewritten.cutoff_date,
        orders.order_date,
        -orders.net_item_revenue as net_item_revenue
    from rewritten
    inner join orders
        on
            rewritten.order_id = orders.order_id
            and rewritten.cutoff_date >= orders.order_date
    union all
    select * from rewritten_orders
),

revenue_by_day as (
    select
        cutoff_date,
        order_date,
        sum(net_item_revenue) as net_item_revenue
    from revenues
    group by cutoff_date, order_date
),

periods as (
    select
        cutoffs.cutoff_date,
        periods.*
    from {{ ref('int_inventory_periods_checked') }} as periods
    inner join cutoffs
        on periods.period_end <= cutoffs.cutoff_date
    where periods.rejection_reason is null
),

{{ inventory_ratios(['cutoff_date']) }}

select * from final
