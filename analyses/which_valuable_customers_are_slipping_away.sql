-- Which customers of the two best tiers have been silent for longer than was to be expected, and what is at stake? Those who
-- would still bring the most come first: it is they who should be called.
select
    customers.customer_id,
    customers.value_tier,
    customers.lifecycle_stage,
    customers.country,
    customers.acquisition_channel,
    customers.days_since_last_order,
    customers.days_overdue,
    customers.probability_alive,
    customers.historical_clv,
    customers.predicted_clv,
    customers.total_clv
from {{ ref('dim_customers') }} as customers
inner join {{ ref('fct_value_tiers') }} as tiers
    on customers.value_tier = tiers.value_tier
where tiers.tier_rank <= 2 and customers.lifecycle_stage in ('at_risk', 'lapsed')
order by
    customers.predicted_clv desc nulls last,
    customers.total_clv desc nulls last,
    customers.customer_id asc
