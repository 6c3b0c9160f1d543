{{ config(enabled=has_clock()) }}

with months as (
    select
        *,
        lead(begins_after_days) over (partition by valued_at order by month_number) as ends_after_days
    from {{ ref('int_clocks_paced') }}
),

horizons as (
    {% for horizon, weeks in predicted_horizons().items() %}
    select
        '{{ horizon }}' as horizon,
        7 * {{ weeks }} as days
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        months.valued_at,
        horizons.horizon,
        months.weeks_before + months.pace * (horizons.days - months.begins_after_days) - months.weeks_at_date as weeks
    from months
    inner join horizons
        on months.begins_after_days < horizons.days and months.ends_after_days >= horizons.days
)

select * from final
