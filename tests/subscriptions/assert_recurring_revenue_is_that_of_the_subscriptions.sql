-- A failure means that the recurring revenue at the as-of date isn't what the running subscriptions bring, or that plans don't
-- add up to all of them.
with months as (
    select
        month,
        sum(case when plan <> 'all' then recurring_revenue_at_end else 0 end) as revenue_of_plans,
        sum(case when plan = 'all' then recurring_revenue_at_end else 0 end) as revenue_of_all
    from {{ ref('fct_subscription_months') }}
    group by month
),

running as (
    select coalesce(sum(monthly_revenue), 0) as running_revenue
    from {{ ref('int_subscriptions_valued') }}
    where end_date is null
)

select
    months.*,
    running.running_revenue
from months
cross join running
cross join {{ ref('int_run_context') }} as run_context
where
    months.revenue_of_plans <> months.revenue_of_all
    or (months.month = run_context.as_of_month and months.revenue_of_all <> running.running_revenue)
