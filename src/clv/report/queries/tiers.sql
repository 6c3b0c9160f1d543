select
    value_tier,
    tier_rank,
    customers,
    customer_share,
    revenue_share,
    equity_share,
    mean_total_clv
from fct_value_tiers
order by tier_rank
