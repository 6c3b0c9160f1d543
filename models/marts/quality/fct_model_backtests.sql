with made as (
    select
        *,
        valued_at as cutoff_date
    from {{ ref('int_backtest_forecasts_made') }}
),

forecasts as (
    select
        *,
        ntile(10) over (
            partition by model_name, cutoff_date, horizon_days order by predicted_orders desc, customer_id asc
        ) as decile_number
    from {{ restated('made', dates='int_dates_listed', kept='dates.is_backtested') }}
),

by_decile as (
    select
        model_name,
        cutoff_date,
        horizon_days,
        cast(decile_number as {{ dbt.type_string() }}) as decile,
        count(*) as customers,
        {{ exact_sum('predicted_orders') }} as predicted_orders,
        sum(actual_orders) as actual_orders,
        case when count(predicted_margin) = count(*) then {{ exact_sum('predicted_margin') }} end as predicted_margin,
        {{ complete_sum('actual_margin') }} as actual_margin,
        {{ exact_sum('abs(predicted_orders - actual_orders)') }} as absolute_error
    from forecasts
    group by model_name, cutoff_date, horizon_days, decile_number
),

-- calibration by decile, and all customers
with_all as (
    select * from by_decile
    union all
    select
        model_name,
        cutoff_date,
        horizon_days,
        'all' as decile,
        sum(customers) as customers,
        {{ exact_sum('predicted_orders') }} as predicted_orders,
        sum(actual_orders) as actual_orders,
        case when count(predicted_margin) = count(*) then {{ exact_sum('predicted_margin') }} end as predicted_margin,
        {{ complete_sum('actual_margin') }} as actual_margin,
        {{ exact_sum('absolute_error') }} as absolute_error
    from by_decile
    group by model_name, cutoff_date, horizon_days
),

final as (
    select
        model_name,
        cutoff_date,
        cast(horizon_days as integer) as horizon_days,
        decile,
        cast(customers as bigint) as customers,
        predicted_orders,
        cast(actual_orders as bigint) as actual_orders,
        {{ to_money('predicted_margin') }} as predicted_margin,
        {{ to_money('actual_margin') }} as actual_margin,
        {{ ratio('predicted_orders', 'actual_orders') }} - 1 as bias,
        {{ ratio('absolute_error', 'customers') }} as mean_absolute_error
    from with_all
)

select * from final
