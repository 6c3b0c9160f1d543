{{ config(enabled=has_clock()) }}

with clocks as (
    select
        data_id,
        element,
        number,
        {{ settled('value') }} as value
    from {{ ref('int_clocks_polished') }}
),

dates as (
    select * from {{ ref('int_dates_listed') }}
),

known as (
    select
        data_id,
        min(month_number) as first_month,
        max(month_number) as last_month,
        max(quarter_number) as last_quarter
    from {{ ref('int_clock_months') }}
    group by data_id
),

numbers as (
    select cast(generated_number - 1 as integer) as months_later
    from ({{ dbt.generate_series(1200 + predicted_months()) }}) as generated
),

-- to the end of the horizon, and of the ages that are valued
months as (
    select
        known.data_id,
        known.last_month,
        known.last_quarter,
        dates.valued_on,
        known.first_month + numbers.months_later as month_number,
        {{ add_months(month_of('dates.valued_on'), 'known.first_month + numbers.months_later - known.last_month') }} as month
    from known
    inner join dates
        on known.data_id = dates.valued_at
    inner join numbers
        on known.first_month + numbers.months_later <= known.last_month + {{ predicted_months() + 2 }}
),

-- the last level goes on
paced as (
    select
        months.data_id as valued_at,
        months.month_number,
        months.valued_on,
        months.month_number = months.last_month as is_last,
        {{ day_of_month(last_day_of('months.month')) }} as month_days,
        {{ dbt.datediff(
            'months.month', 'months.valued_on', 'day'
        ) }} + 1e0 as days_to_date,
        exp(coalesce(seasons.value, 0) + levels.value) / 7 as pace
    from months
    inner join clocks as levels
        on
            months.data_id = levels.data_id
            and levels.element = 'level'
            and levels.number = least(cast(floor(months.month_number / 3e0) as integer), months.last_quarter)
    left join clocks as seasons
        on
            months.data_id = seasons.data_id
            and seasons.element = 'season'
            and seasons.number = mod(months.month_number, 12) + 1
),

stood as (
    select
        *,
        sum(pace * month_days) over (
            partition by valued_at order by month_number rows between unbounded preceding and current row
        ) - pace * month_days as weeks_before
    from paced
),

final as (
    select
        valued_at,
        month_number,
        -days_to_date as begins_after_days,
        pace,
        weeks_before,
        max(case when is_last then weeks_before + pace * days_to_date end) over (partition by valued_at) as weeks_at_date
    from stood
)

select * from final
