with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

-- before the season is known, its error would be taken for one of the level; and a quarter of upheaval doesn't carry over
forecasts as (
    select
        valued_at,
        observed_on,
        greatest(-ln(2e0), least(ln(2e0), log_error)) as log_error
    from {{ ref('int_quarter_forecasts') }}
    where knows_season
),

ended as (
    select
        dates.valued_at,
        forecasts.log_error,
        row_number() over (partition by dates.valued_at order by forecasts.valued_at desc) as place
    from dates
    inner join forecasts
        on dates.valued_on >= forecasts.observed_on
),

latest as (
    select
        valued_at,
        count(*) as forecasts,
        {{ exact_sum('log_error') }} as log_errors
    from ended
    where place <= {{ level_forecasts() }}
    group by valued_at
),

-- towards no correction, by so many forecasts that were right
final as (
    select
        dates.valued_at,
        coalesce(latest.forecasts, 0) as forecasts,
        exp(-{{ settled('coalesce(latest.log_errors, 0) / (coalesce(latest.forecasts, 0) + 4e0)') }}) as level_factor
    from dates
    left join latest
        on dates.valued_at = latest.valued_at
)

select * from final
