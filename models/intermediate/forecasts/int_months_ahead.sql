with run_context as (
    select * from {{ ref('int_run_context') }}
),

elected as (
    select * from {{ ref('int_models_fitted') }} where is_elected and is_usable and valued_at = {{ valued_now() }}
),

{% if has_clock() %}
clock as (
    select * from {{ ref('int_clocks_paced') }} where valued_at = {{ valued_now() }}
),

{% endif %}
numbers as (
    select generated_number - 1 as months_ahead
    from ({{ dbt.generate_series(forecast_months() + 1) }}) as generated
),

-- the running month, as far as it is to come, and those after it
months as (
    select
        numbers.months_ahead,
        {{ add_months('run_context.as_of_month', 'numbers.months_ahead') }} as month,
        run_context.as_of_date,
        run_context.as_of_month
    from numbers
    cross join run_context
    where run_context.as_of_date is not null
),

ended as (
    select
        *,
        {{ last_day_of('month') }} as last_day,
        {{ month_number('month') }} as month_number
    from months
),

final as (
    select
        ended.months_ahead,
        ended.month,
        ended.months_ahead = 0 as is_running,
        greatest({{ dbt.datediff('ended.as_of_date', 'ended.last_day', 'day') }}, 0) as days_ahead,
        {{ day_of_month('ended.last_day') }} as month_days,
        elected.model_name,
        elected.clock,
        {% if has_clock() %}
        case
            when elected.clock = 'operational'
                then greatest(clock.weeks_before + clock.pace * {{ day_of_month('ended.last_day') }} - clock.weeks_at_date, 0)
            else greatest({{ dbt.datediff('ended.as_of_date', 'ended.last_day', 'day') }}, 0) / 7e0
        end as weeks_ahead
        {% else %}
        greatest({{ dbt.datediff('ended.as_of_date', 'ended.last_day', 'day') }}, 0) / 7e0 as weeks_ahead
        {% endif %}
    from ended
    cross join elected
    {% if has_clock() %}
    left join clock
        on ended.month_number = clock.month_number
    {% endif %}
)

select * from final
