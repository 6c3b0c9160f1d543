-- How much of revenue, margin and future value do the best 5% of the customers bring, and the best 20%? Tiers add up from the
-- top.
select
    value_tier,
    customers,
    mean_total_clv,
    sum(customer_share) over (order by tier_rank) as customers_up_to_here,
    sum(revenue_share) over (order by tier_rank) as revenue_up_to_here,
    sum(margin_share) over (order by tier_rank) as margin_up_to_here,
    sum(equity_share) over (order by tier_rank) as equity_up_to_here
from {{ ref('fct_value_tiers') }}
order by tier_rank
