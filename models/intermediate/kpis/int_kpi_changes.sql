with spells as (
    select * from {{ ref('int_purchase_months_spelled') }}
),

orders as (
    select * from {{ ref('int_orders_sequenced') }}
),

refunds as (
    select * from {{ ref('int_refunds_valued') }}
    where is_counted_status
),

-- what each customer adds to the running counts, and from which month on
customer_changes as (
    select customer_id, month_number, 1 as active, 0 as active_before, 0 as churned, case when is_first then 1 else 0 end as new
    from spells
    union all
    select customer_id, active_until, -1, 0, 0, 0 from spells
    union all
    select customer_id, month_number + kpi_window_months, 0, 1, 0, 0 from spells
    union all
    select customer_id, active_until + kpi_window_months, 0, -1, 0, 0 from spells
    union all
    select customer_id, churned_from, 0, 0, 1, 0 from spells where is_followed_by_churn
    union all
    select customer_id, churned_until, 0, 0, -1, 0 from spells where is_followed_by_churn
    union all
    select customer_id, month_number + kpi_window_months, 0, 0, 0, -1 from spells where is_first
),

-- money in the month it moved: sales when they were made, refunds when they were paid
flows as (
    select
        customer_id,
        {{ month_number('order_date') }} as month_number,
        case when is_counted then 1 else 0 end as orders,
        case when is_counted_status then revenue_before_refunds else 0 end as net_revenue,
        case when is_counted_status then revenue_before_refunds - cogs_before_refunds when cogs_before_refunds is not null then 0 end
            as gross_margin
    from orders
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

summed_customer_changes as (
    select
        customer_id,
        month_number,
        sum(active) as active,
        sum(active_before) as active_before,
        sum(churned) as churned,
        sum(new) as new
    from customer_changes
    group by customer_id, month_number
),

summed_flows as (
    select
        customer_id,
        month_number,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue,
        sum(gross_margin) as gross_margin,
        max(case when gross_margin is null then 1 else 0 end) as unknown_margins
    from flows
    group by customer_id, month_number
),

final as (
    select
        customer_id,
        month_number,
        active,
        active_before,
        churned,
        new,
        0 as orders,
        0 as net_revenue,
        0 as gross_margin,
        0 as unknown_margins
    from summed_customer_changes
    union all
    select
        customer_id,
        month_number,
        0 as active,
        0 as active_before,
        0 as churned,
        0 as new,
        orders,
        net_revenue,
        coalesce(gross_margin, 0) as gross_margin,
        unknown_margins
    from summed_flows
)

select * from final
