-- How does recurring revenue move, and what does it cost to lose it? From fct_subscription_months, and from
-- fct_subscription_cohorts what a subscriber who stayed would still have brought, discounted: each lost unit of monthly
-- revenue is worth that many.
with worth as (
    select
        plan,
        sum(discounted_residual_clv * survivors) / nullif(sum(monthly_revenue_per_customer * survivors), 0)
            as worth_of_monthly_revenue
    from {{ ref('fct_subscription_cohorts') }}
    where is_observed
    group by plan
)

select
    months.month,
    months.plan,
    months.recurring_revenue_at_start,
    months.new_revenue,
    months.expansion_revenue,
    months.contraction_revenue,
    months.churned_revenue,
    months.reactivated_revenue,
    months.recurring_revenue_at_end,
    months.logo_churn_rate,
    months.revenue_churn_rate,
    months.net_revenue_retention,
    (months.churned_revenue + months.contraction_revenue) * worth.worth_of_monthly_revenue as clv_lost
from {{ ref('fct_subscription_months') }} as months
left join worth
    on months.plan = worth.plan
order by months.plan, months.month
