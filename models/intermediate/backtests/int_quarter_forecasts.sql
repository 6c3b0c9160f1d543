with made as (
    select * from {{ ref('int_backtest_forecasts_made') }} where is_elected and horizon_quarters = 1
),

logs as (
    select
        valued_at,
        max(age_days) as log_days
    from {{ ref('int_customers_measured') }}
    group by valued_at
),

summed as (
    select
        made.valued_at,
        made.observed_on,
        logs.log_days >= {{ least_days_of_season() }} as knows_season,
        {{ exact_sum('made.predicted_orders') }} as predicted_orders,
        sum(made.actual_orders) as actual_orders
    from made
    inner join logs
        on made.valued_at = logs.valued_at
    group by made.valued_at, made.observed_on, logs.log_days
),

final as (
    select
        valued_at,
        observed_on,
        knows_season,
        predicted_orders,
        actual_orders,
        ln((predicted_orders + 5e-1) / (actual_orders + 5e-1)) as log_error
    from {{ restated('summed', dates='int_dates_listed') }}
)

select * from final
