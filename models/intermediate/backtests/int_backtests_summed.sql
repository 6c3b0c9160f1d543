{% set keys = 'valued_at, model_name, horizon_quarters, horizon_days' %}
with order_values as (
    select * from {{ ref('int_order_values_expected') }}
),

backtests as (
    select
        forecasts.*,
        forecasts.predicted_orders * order_values.expected_order_value * order_values.expected_margin_rate as predicted_margin
    from {{ ref('int_backtest_forecasts_made') }} as forecasts
    inner join order_values
        on
            forecasts.valued_at = order_values.valued_at
            and forecasts.customer_id = order_values.customer_id
    where forecasts.is_backtested
),

plain_forecasts as (
    select * from {{ ref('int_backtest_references_made') }}
),

coverages as (
    select * from {{ ref('int_backtest_coverages') }}
),

levels as (
    select * from {{ ref('int_forecast_levels') }}
),

-- what is published: of the elected model, corrected by the level as it was found by then
made as (
    {% set columns = ['valued_at', 'horizon_quarters', 'horizon_days', 'customer_id', 'actual_orders', 'actual_margin'] %}
    select
        model_name,
        {{ columns | join(', ') }},
        predicted_orders,
        predicted_margin,
        cast(null as boolean) as is_inside
    from backtests
    union all
    select
        model_name,
        {{ columns | join(', ') }},
        predicted_orders,
        predicted_margin,
        cast(null as boolean) as is_inside
    from plain_forecasts
    union all
    select
        'published' as model_name,
        {{ prefixed('backtests.', columns) | join(', ') }},
        levels.level_factor * backtests.predicted_orders as predicted_orders,
        levels.level_factor * backtests.predicted_margin as predicted_margin,
        coverages.is_inside
    from backtests
    inner join levels
        on backtests.valued_at = levels.valued_at
    left join coverages
        on
            backtests.valued_at = coverages.valued_at
            and backtests.horizon_days = coverages.horizon_days
            and backtests.customer_id = coverages.customer_id
    where backtests.is_elected
),

ranked as (
    select
        *,
        ntile(10) over (partition by {{ keys }} order by predicted_orders desc, customer_id asc) as decile_number,
        rank() over (partition by {{ keys }} order by predicted_orders)
        + count(*) over (partition by {{ keys }}, predicted_orders) / 2e0 as predicted_rank,
        rank() over (partition by {{ keys }} order by actual_orders)
        + count(*) over (partition by {{ keys }}, actual_orders) / 2e0 as actual_rank
    from {{ restated('made', dates='int_dates_listed', kept='dates.is_backtested') }}
),

-- calibration by decile, and all customers
measured as (
    {% for decile in ['cast(decile_number as ' ~ dbt.type_string() ~ ')', "'all'"] %}
    select
        {{ keys }},
        {{ decile }} as decile,
        count(*) as customers,
        {{ exact_sum('predicted_orders') }} as predicted_orders,
        sum(actual_orders) as actual_orders,
        case when count(predicted_margin) = count(*) then {{ exact_sum('predicted_margin') }} end as predicted_margin,
        {{ complete_sum('actual_margin') }} as actual_margin,
        {{ exact_sum('abs(predicted_orders - actual_orders)') }} / count(*) as mean_absolute_error,
        {% if loop.last %}
        case
            when min(predicted_rank) < max(predicted_rank) and min(actual_rank) < max(actual_rank)
                then corr(predicted_rank, actual_rank)
        end as rank_correlation,
        {% else %}
        cast(null as {{ type_double() }}) as rank_correlation,
        {% endif %}
        {{ ratio('sum(case when is_inside then 1 when not is_inside then 0 end)', 'count(is_inside)') }} as coverage_80,
        {{ ratio('sum(case when decile_number = 1 then actual_orders else 0 end)', 'sum(actual_orders)') }} as top_decile_share
    from ranked
    group by {{ keys }}{{ ', decile_number' if not loop.last }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        {{ keys }},
        decile,
        customers,
        predicted_orders,
        actual_orders,
        predicted_margin,
        actual_margin,
        mean_absolute_error,
        coverage_80,
        {{ settled('rank_correlation') }} as rank_correlation,
        case when decile = 'all' then top_decile_share end as top_decile_share
    from measured
)

select * from final
