-- ends of quarters follow each other
with dates as (
    select
        *,
        row_number() over (order by valued_on) as quarter_number
    from {{ ref('int_dates_listed') }}
    where is_quarter_end
),

{% if has_clock() %}
months as (
    select
        *,
        lead(begins_after_days) over (partition by valued_at order by month_number) as ends_after_days
    from {{ ref('int_clocks_paced') }}
),

{% endif %}
paired as (
    select
        dates.valued_at,
        dates.valued_on,
        later.valued_at as observed_at,
        later.valued_on as observed_on,
        dates.is_backtested,
        later.quarter_number - dates.quarter_number as horizon_quarters,
        {{ dbt.datediff(
            'dates.valued_on', 'later.valued_on', 'day'
        ) }} as horizon_days
    from dates
    inner join dates as later
        on dates.quarter_number < later.quarter_number
    where dates.is_rebuilt and later.is_rebuilt
),

final as (
    select
        paired.valued_at,
        paired.valued_on,
        paired.observed_at,
        paired.observed_on,
        paired.is_backtested,
        paired.horizon_quarters,
        paired.horizon_days,
        {% if has_clock() %}
        months.weeks_before + months.pace * (paired.horizon_days - months.begins_after_days) - months.weeks_at_date
        {% else %}
        cast(null as {{ type_double() }})
        {% endif %}
            as clock_weeks
    from paired
    {% if has_clock() %}
    left join months
        on
            paired.valued_at = months.valued_at
            and paired.horizon_days > months.begins_after_days
            and paired.horizon_days <= months.ends_after_days
    {% endif %}
    where paired.horizon_quarters = 1 or (paired.is_backtested and paired.horizon_quarters <= 4)
)

select * from final
