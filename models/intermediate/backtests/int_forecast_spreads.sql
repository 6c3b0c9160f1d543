with backtests as (
    select
        horizon_quarters,
        coalesce(
            case
                when predicted_margin > 0 and actual_margin > 0
                    then ln(cast(predicted_margin as {{ type_double() }}) / cast(actual_margin as {{ type_double() }}))
            end,
            ln((predicted_orders + 5e-1) / (actual_orders + 5e-1))
        ) as log_error,
        row_number() over (partition by horizon_quarters order by valued_at desc) as place
    from {{ ref('int_backtests_summed') }}
    where decile = 'all' and model_name = 'published'
),

-- beyond four quarters none is tested: what they were off by, and longer horizons' growth
horizons as (
    select cast(generated_number as {{ type_double() }}) as horizon_quarters
    from ({{ dbt.generate_series([horizon_quarters(), 5] | max) }}) as generated
),

-- as if two more had been off by 20%, as models of a year ahead are
final as (
    select
        cast(horizons.horizon_quarters as integer) as horizon_quarters,
        (
            coalesce({{ exact_sum('backtests.log_error * backtests.log_error') }}, 0)
            + 2 * 4e-2 * (1 + max(horizons.horizon_quarters)) / 2
        ) / (count(backtests.log_error) + 2) as log_variance
    from horizons
    left join backtests
        on
            least(horizons.horizon_quarters, 4) = backtests.horizon_quarters
            and backtests.place <= 8
    group by horizons.horizon_quarters
)

select * from final
