{% set references = ['naive', 'formula', 'same_period_last_year'] %}
with backtests as (
    select
        *,
        ln((predicted_orders + 5e-1) / (actual_orders + 5e-1)) as log_error
    from {{ ref('int_backtests_summed') }}
    where decile = 'all' and horizon_quarters = 1
),

spread as (
    select * from {{ ref('int_forecast_spreads') }} where horizon_quarters = {{ horizon_quarters() }}
),

logs as (
    select max(age_days) as log_days
    from {{ ref('int_customers_measured') }}
    where valued_at = {{ valued_now() }}
),

published as (
    select
        *,
        row_number() over (order by valued_at desc) as place
    from backtests
    where model_name = 'published'
),

compared as (
    select
        published.place,
        {% for model in references %}
        max(case when backtests.model_name = '{{ model }}' then abs(backtests.log_error) end)
            as {{ model }}_error,
        {% endfor %}
        published.log_error
    from published
    inner join backtests
        on published.valued_at = backtests.valued_at
    group by published.place, published.log_error
),

measured as (
    select
        {% for model in references %}
        avg(case when {{ model }}_error is not null then abs(log_error) end) > avg({{ model }}_error)
            as is_worse_than_{{ model }},
        {% endfor %}
        avg(case when place <= 2 then log_error end) as log_error
    from compared
    where place <= 4
),

-- a log of less than two years has no backtest of every season
warned as (
    select
        case
            when measured.log_error is null then 'untested'
            when abs(measured.log_error) <= ln(115e-2) then 'good'
            when abs(measured.log_error) <= ln(130e-2) then 'fair'
            else 'poor'
        end as model_quality,
        case when logs.log_days < 730 then ', season_unproven' else '' end
        {%- for model in references %}
        || case when measured.is_worse_than_{{ model }} then ', worse_than_{{ model }}' else '' end
        {%- endfor %} as warnings,
        spread.log_variance
    from measured
    cross join logs
    cross join spread
),

final as (
    select
        model_quality,
        substring(warnings, 3) as model_warnings,
        log_variance
    from warned
)

select * from final
