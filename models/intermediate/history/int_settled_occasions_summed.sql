with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }} where is_rebuilt and not is_as_of
),

revised as (
    select * from {{ ref('int_past_customers_revised') }}
),

orders as (
    select
        *,
        {{ shop_customer_id() }} as customer_id
    from {{ ref('int_orders_valued') }}
    where order_date <= (select max(cutoffs.cutoff_date) from cutoffs)
),

by_day as (
    select
        customer_id,
        order_date,
        sum(case when is_counted then 1 else 0 end) as orders,
        sum(net_revenue) as net_revenue,
        sum(case when is_counted then net_revenue end) as occasion_value,
        {{ complete_sum('case when is_counted then gross_margin else 0 end') }} as occasion_margin,
        {{ complete_sum('gross_margin') }} as gross_margin,
        count(case when is_counted_status then gross_margin end) as orders_of_known_margin
    from orders
    where customer_id is not null and customer_id not in (select revised.source_customer_id from revised)
    group by customer_id, order_date
),

dated as (
    select
        *,
        {{ month_of('order_date') }} as month,
        case when orders > 0 then order_date end as occasion_date,
        case
            when orders > 0
                then max(case when orders > 0 then order_date end) over (
                    partition by customer_id order by order_date rows between unbounded preceding and 1 preceding
                )
        end as previous_occasion_date,
        lead(order_date) over (partition by customer_id order by order_date) as next_order_date
    from by_day
),

final as (
    select
        customer_id,
        order_date,
        next_order_date,
        month,
        orders,
        occasion_value,
        occasion_margin,
        orders_of_known_margin,
        {{ dbt.datediff(
            'previous_occasion_date', 'occasion_date', 'day'
        ) }} as days_since_previous,
        sum(orders) over so_far as order_count,
        count(occasion_date) over so_far as purchase_occasions,
        sum(net_revenue) over so_far as net_revenue_so_far,
        case when count(gross_margin) over so_far = count(*) over so_far then sum(gross_margin) over so_far end
            as gross_margin_so_far,
        sum(occasion_value) over so_far as occasion_value_so_far,
        sum(case when previous_occasion_date is null then occasion_value end) over so_far as first_occasion_value,
        min(occasion_date) over so_far as first_occasion_date,
        max(occasion_date) over so_far as last_occasion_date,
        max(previous_occasion_date) over so_far as previous_occasion_date,
        sum(orders) over of_month as month_orders,
        sum(net_revenue) over of_month as month_net_revenue
    from dated
    window
        so_far as (partition by customer_id order by order_date),
        of_month as (partition by customer_id, month order by order_date)
)

select * from final
