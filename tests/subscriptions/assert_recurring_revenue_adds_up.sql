-- A failure means that a month's recurring revenue or subscribers don't come from its start and its changes, or don't start where
-- the month before ended.
with months as (
    select
        *,
        recurring_revenue_at_start + new_revenue + expansion_revenue - contraction_revenue - churned_revenue + reactivated_revenue
            as revenue_by_changes,
        subscribers_at_start + new_subscribers - churned_subscribers + reactivated_subscribers as subscribers_by_changes,
        lag(recurring_revenue_at_end) over (partition by plan order by month) as revenue_before,
        lag(subscribers_at_end) over (partition by plan order by month) as subscribers_before
    from {{ ref('fct_subscription_months') }}
)

select *
from months
where
    recurring_revenue_at_end <> revenue_by_changes
    or subscribers_at_end <> subscribers_by_changes
    or recurring_revenue_at_start <> coalesce(revenue_before, 0)
    or subscribers_at_start <> coalesce(subscribers_before, 0)
