-- A failure means that a model of this folder holds several rows of one key, so that what reads it counts them more than once.
{{ repeated_keys(
    keys={
        'int_backtest_companies_measured': ['valued_at'],
        'int_backtest_coverages': ['valued_at', 'horizon_days', 'customer_id'],
        'int_backtest_customers_observed': ['valued_at', 'horizon_days', 'customer_id'],
        'int_backtests_listed': ['valued_at', 'horizon_quarters'],
        'int_backtests_summed': ['valued_at', 'model_name', 'horizon_quarters', 'decile'],
        'int_forecast_levels': ['valued_at'],
        'int_forecast_spreads': ['horizon_quarters'],
        'int_margin_elected': ['valued_at'],
        'int_model_quality': ['model_quality'],
        'int_quarter_forecasts': ['valued_at'],
        'int_spend_elected': ['valued_at'],
        'int_value_errors': ['valued_at', 'model_name'],
        'int_value_errors_summed': ['valued_at', 'model_name'],
    },
) }}
