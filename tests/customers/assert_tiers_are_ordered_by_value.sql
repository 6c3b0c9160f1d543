-- A failure means that a customer of a lower tier is worth more than one of a higher tier.
with tiers as (
    select
        ranks.tier_rank,
        min(coalesce(customers.total_clv, customers.historical_clv)) as lowest,
        max(coalesce(customers.total_clv, customers.historical_clv)) as highest
    from {{ ref('dim_customers') }} as customers
    inner join {{ ref('fct_value_tiers') }} as ranks
        on customers.value_tier = ranks.value_tier
    group by ranks.tier_rank
)

select
    higher.tier_rank,
    higher.lowest,
    lower_tier.highest
from tiers as higher
inner join tiers as lower_tier
    on higher.tier_rank < lower_tier.tier_rank
where higher.lowest < lower_tier.highest
