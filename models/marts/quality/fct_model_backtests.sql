with backtests as (
    select * from {{ ref('int_backtests_summed') }}
),

final as (
    select
        model_name,
        valued_at as cutoff_date,
        cast(horizon_days as integer) as horizon_days,
        decile,
        cast(customers as bigint) as customers,
        predicted_orders,
        cast(actual_orders as bigint) as actual_orders,
        {{ to_money('predicted_margin') }} as predicted_margin,
        {{ to_money('actual_margin') }} as actual_margin,
        {{ ratio('predicted_orders', 'actual_orders') }} - 1 as bias,
        {{ ratio('predicted_margin', 'actual_margin') }} - 1 as margin_bias,
        mean_absolute_error,
        rank_correlation,
        top_decile_share,
        coverage_80,
        model_name = 'published' as is_elected
    from backtests
)

select * from final
