with subscriptions as (
    select * from {{ ref('int_subscriptions_valued') }}
),

starts as (
    select distinct
        customer_id,
        start_date
    from subscriptions
),

-- where the customer's next subscription starts on the day after the end, the end was the last day
bounded as (
    select
        subscriptions.plan,
        subscriptions.customer_id,
        subscriptions.monthly_revenue,
        {{ month_of('subscriptions.start_date') }} as start_month,
        {{ month_of('coalesce(starts.start_date, subscriptions.end_date)') }} as end_month
    from subscriptions
    left join starts
        on
            subscriptions.customer_id = starts.customer_id
            and {{ dbt.dateadd('day', 1, 'subscriptions.end_date') }} = starts.start_date
),

-- revenue comes in the month of the start and is gone at the end of the month of the end
changes as (
    select plan, customer_id, start_month as month, monthly_revenue as revenue
    from bounded
    union all
    select plan, customer_id, end_month, -monthly_revenue
    from bounded
    where end_month is not null
),

-- a month counts as a whole, for the plan and for all of them
netted as (
    select plan, customer_id, month, sum(revenue) as revenue_change
    from changes
    group by plan, customer_id, month
    having sum(revenue) <> 0
    union all
    select 'all' as plan, customer_id, month, sum(revenue)
    from changes
    group by customer_id, month
    having sum(revenue) <> 0
),

followed as (
    select
        *,
        sum(revenue_change) over (partition by plan, customer_id order by month) as revenue_after,
        row_number() over (partition by plan, customer_id order by month) as change_number
    from netted
),

final as (
    select
        plan,
        customer_id,
        month,
        case
            when change_number = 1 then 'new'
            when revenue_after = revenue_change then 'reactivated'
            when revenue_after = 0 then 'churned'
            when revenue_change > 0 then 'expansion'
            else 'contraction'
        end as change_kind,
        {{ to_money('abs(revenue_change)') }} as revenue
    from followed
)

select * from final
