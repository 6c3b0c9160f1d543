-- A failure means that the tiers of a campaign's variant together don't hold the customers, the lapsed ones or the cost of `all`.
select
    campaign,
    variant
from {{ ref('fct_campaign_uplifts') }}
group by campaign, variant
having
    sum(case when value_tier = 'all' then customers else -customers end) <> 0
    or sum(case when value_tier = 'all' then lapsed_customers else -lapsed_customers end) <> 0
    or (count(cost) = count(*) and sum(case when value_tier = 'all' then cost else -cost end) <> 0)
