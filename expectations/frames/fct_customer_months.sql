-- One row per month: the mart holds a row per customer and month, too many to look at one by one.
select
    month,
    max(valued_on) as valued_on,
    count(*) as customer_rows,
    count(distinct customer_id) as customers,
    count(*) filter (where customer_id is null or value_tier is null or cumulative_net_revenue is null) as incomplete_rows,
    count(*) filter (where value_tier not in (from (select value_tier from candidate.marts.fct_value_tiers))) as rows_of_no_tier,
    count(*) filter (where orders < 0 or orders is null) as rows_of_impossible_orders,
    count(*) filter (where abs(total_clv - historical_clv - predicted_clv) > 0.001) as rows_that_do_not_add_up
from candidate.marts.fct_customer_months
group by month
order by month
