-- customers of the two best tiers who are at risk or lapsed: as analyses/which_valuable_customers_are_slipping_away.sql; an id that is an email is not shown
select
    case when cus.customer_id like '%@%' then '***' else cus.customer_id end as customer_id,
    cus.value_tier,
    cus.lifecycle_stage,
    coalesce(cus.acquisition_channel, 'unknown') as acquisition_channel,
    cus.days_since_last_order,
    cus.days_overdue,
    cus.probability_alive,
    cus.historical_clv,
    cus.predicted_clv,
    count(*) over () as all_customers,
    sum(cus.predicted_clv) over () as all_predicted_clv
from dim_customers as cus
inner join fct_value_tiers as tie on cus.value_tier = tie.value_tier
where
    tie.tier_rank <= 2
    and cus.lifecycle_stage in ('at_risk', 'lapsed')
    and cus.predicted_clv is not null
order by cus.predicted_clv desc, cus.total_clv desc nulls last, cus.customer_id
limit 1000
