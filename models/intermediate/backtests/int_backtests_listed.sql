with dates as (
    select * from {{ ref('int_dates_listed') }} where is_backtested and is_rebuilt
),

final as (
    select
        dates.valued_at,
        later.valued_at as observed_at,
        {{ dbt.datediff(
            'dates.valued_on', 'later.valued_on', 'day'
        ) }} as horizon_days,
        cast({{ dbt.datediff(
            'dates.valued_on', 'later.valued_on', 'day'
        ) }} as {{ type_double() }}) / 7 as horizon_weeks
    from dates
    inner join dates as later
        on dates.valued_at < later.valued_at
)

select * from final
