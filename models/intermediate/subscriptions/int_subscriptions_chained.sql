with subscriptions as (
    select * from {{ ref('int_subscriptions_valued') }}
),

-- each subscription once under its plan, and under `all` plans of its billing period and of all
placed as (
    {% for plan, billing_period in [('plan', 'billing_period'), ("'all'", 'billing_period'), ("'all'", "'all'")] %}
    select
        {{ plan }} as plan,
        {{ billing_period }} as billing_period,
        {{ billing_months('billing_period') }} as billing_months,
        customer_id,
        subscription_id,
        monthly_revenue,
        start_date,
        end_date
    from subscriptions
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

covered as (
    select
        *,
        max(coalesce(end_date, cast('9999-12-30' as date))) over (
            partition by plan, billing_period, customer_id
            order by start_date, subscription_id
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from placed
),

-- the next day continues: shops that write the last day as the end let the next subscription start the day after
interrupted as (
    select
        *,
        sum(case when start_date > {{ dbt.dateadd('day', 1, 'covered_until') }} then 1 else 0 end) over (
            partition by plan, billing_period, customer_id
            order by start_date, subscription_id
            rows between unbounded preceding and current row
        ) as interruptions
    from covered
),

-- who comes back after an interruption is no new customer, and not of the cohort any more
final as (
    select
        plan,
        billing_period,
        billing_months,
        customer_id,
        subscription_id,
        monthly_revenue,
        min(start_date) over (partition by plan, billing_period, customer_id) as first_start_date,
        start_date,
        end_date
    from interrupted
    where interruptions = 0
)

select * from final
