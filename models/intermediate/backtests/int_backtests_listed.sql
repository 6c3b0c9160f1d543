with dates as (
    select * from {{ ref('int_dates_listed') }} where is_backtested and is_rebuilt
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
        later.valued_at as observed_at,
        {{ dbt.datediff(
            'dates.valued_on', 'later.valued_on', 'day'
        ) }} as horizon_days
    from dates
    inner join dates as later
        on dates.valued_at < later.valued_at
),

final as (
    select
        paired.valued_at,
        paired.observed_at,
        paired.horizon_days,
        {% if has_clock() %}
        months.weeks_before + months.pace * (paired.horizon_days - months.begins_after_days) - months.weeks_at_date
        {% else %}
        cast(paired.horizon_days as {{ type_double() }}) / 7
        {% endif %}
            as horizon_weeks
    from paired
    {% if has_clock() %}
    left join months
        on
            paired.valued_at = months.valued_at
            and months.begins_after_days < paired.horizon_days
            and months.ends_after_days >= paired.horizon_days
    {% endif %}
)

select * from final
