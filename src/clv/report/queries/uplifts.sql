select
    campaign,
    variant,
    customers,
    control_customers,
    uplift,
    uplift_low,
    uplift_high,
    cost,
    window_days,
    clv_basis,
    is_reliable
from fct_campaign_uplifts
where value_tier = 'all'
order by campaign, variant
limit 25
