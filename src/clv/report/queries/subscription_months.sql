select
    month,
    subscribers_at_start,
    new_subscribers,
    churned_subscribers,
    reactivated_subscribers,
    subscribers_at_end,
    recurring_revenue_at_end,
    logo_churn_rate,
    net_revenue_retention,
    is_reliable,
    currency
from fct_subscription_months
where plan = 'all' and is_month_over
order by month desc
limit 13
