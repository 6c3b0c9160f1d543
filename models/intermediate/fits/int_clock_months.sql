{{ config(enabled=has_clock()) }}

with dates as (
    select
        dates.valued_at,
        dates.valued_on,
        sums.mean_age
    from {{ ref('int_dates_listed') }} as dates
    inner join {{ ref('int_histories_summed') }} as sums
        on dates.valued_at = sums.valued_at
    where sums.repeat_customers >= {{ var('min_repeat_customers') }}
),

months as (
    select * from {{ ref('int_months_spined') }}
),

occasions as (
    select
        valued_at,
        {{ month_number('occasion_date') }} as month_number,
        count(*) as occasions
    from {{ ref('int_occasions_known') }}
    where valued_at in (select dates.valued_at from dates)
    group by valued_at, {{ month_number('occasion_date') }}
),

first_occasions as (
    select
        valued_at,
        {{ month_number('first_occasion_date') }} as month_number,
        min(first_occasion_date) as first_day,
        count(*) as occasions
    from {{ ref('int_customers_measured') }}
    where x is not null
    group by valued_at, {{ month_number('first_occasion_date') }}
),

logs as (
    select
        dates.valued_at,
        dates.valued_on,
        dates.mean_age,
        min(first_occasions.month_number) as first_month,
        min(first_occasions.first_day) as first_day
    from dates
    inner join first_occasions
        on dates.valued_at = first_occasions.valued_at
    group by dates.valued_at, dates.valued_on, dates.mean_age
),

final as (
    select
        logs.valued_at as data_id,
        months.month_number,
        mod(months.month_number, 12) + 1 as month_of_year,
        cast(floor(months.month_number / 3e0) as integer) as quarter_number,
        case
            when months.month_number = {{ month_number('logs.valued_on') }} then {{ day_of_month('logs.valued_on') }}
            else {{ day_of_month(last_day_of('months.month')) }}
        end as month_days,
        cast(coalesce(occasions.occasions, 0) - coalesce(first_occasions.occasions, 0) as {{ type_double() }})
            as repeat_occasions,
        {{ dbt.datediff(
            'logs.first_day', 'logs.valued_on', 'day'
        ) }} >= {{ least_days_of_season() }} as has_season,
        logs.mean_age
    from logs
    inner join months
        on months.month_number between logs.first_month and {{ month_number('logs.valued_on') }}
    left join occasions
        on
            logs.valued_at = occasions.valued_at
            and months.month_number = occasions.month_number
    left join first_occasions
        on
            logs.valued_at = first_occasions.valued_at
            and months.month_number = first_occasions.month_number
)

select * from final
