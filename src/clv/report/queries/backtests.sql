select
    model_name,
    cutoff_date,
    horizon_days,
    customers,
    predicted_orders,
    actual_orders,
    bias,
    mean_absolute_error,
    rank_correlation,
    top_decile_share
from fct_model_backtests
where decile = 'all'
order by horizon_days desc, cutoff_date desc, mean_absolute_error, model_name
