-- Had we predicted at earlier quarter ends, how far off would we have been, and would each customer's own past rate have done
-- better? A bias above 0 predicted too much. Per model and horizon, over all cutoffs.
select
    model_name,
    horizon_days,
    count(*) as cutoffs,
    sum(customers) as customers,
    sum(predicted_orders) as predicted_orders,
    sum(actual_orders) as actual_orders,
    {{ ratio('sum(predicted_orders) - sum(actual_orders)', 'sum(actual_orders)') }} as bias_of_orders,
    {{ ratio('sum(mean_absolute_error * customers)', 'sum(customers)') }} as mean_absolute_error
from {{ ref('fct_model_backtests') }}
where decile = 'all'
group by model_name, horizon_days
order by horizon_days, mean_absolute_error nulls last, model_name
