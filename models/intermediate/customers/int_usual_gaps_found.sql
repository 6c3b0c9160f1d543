{% set tenths = {'usual': 8, 'median': 5} %}
with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

days as (
    select * from {{ ref('int_customer_days_summed') }} where days_since_previous is not null
),

revised as (
    select * from {{ ref('int_revised_customers') }}
),

-- gaps between occasions up to a date, counted as customers are measured
settled_gaps as (
    select
        order_date,
        days_since_previous,
        sum(case when customer_id in (select revised.source_customer_id from revised) then 0 else 1 end) as settled_occasions,
        count(*) as occasions
    from days
    where valued_at = {{ valued_now() }}
    group by order_date, days_since_previous
),

counted_gaps as (
    select
        dates.valued_at,
        settled_gaps.days_since_previous,
        sum(case when dates.valued_at = {{ valued_now() }} then settled_gaps.occasions else settled_gaps.settled_occasions end)
            as occasions
    from settled_gaps
    inner join dates
        on settled_gaps.order_date <= dates.valued_on
    group by dates.valued_at, settled_gaps.days_since_previous
    union all
    select
        dates.valued_at,
        days.days_since_previous,
        count(*) as occasions
    from days
    inner join dates
        on days.valued_at = dates.valued_at
    where days.valued_at <> {{ valued_now() }}
    group by dates.valued_at, days.days_since_previous
),

gaps as (
    select
        valued_at,
        days_since_previous,
        sum(occasions) as occasions
    from counted_gaps
    group by valued_at, days_since_previous
),

-- the gap that so many tenths don't exceed; interpolated, as percentile_cont does
ranked_gaps as (
    select
        valued_at,
        days_since_previous,
        sum(occasions) over (partition by valued_at order by days_since_previous) as occasions_so_far,
        sum(occasions) over (partition by valued_at) - 1 as further_occasions
    from gaps
),

placed_gaps as (
    select
        {% for name, number in tenths.items() %}
        max({{ number }} * further_occasions) as {{ name }}_place,
        min(case when occasions_so_far >= floor({{ number }} * further_occasions / 10e0) + 1 then days_since_previous end)
            as {{ name }}_below,
        min(case when occasions_so_far >= ceil({{ number }} * further_occasions / 10e0) + 1 then days_since_previous end)
            as {{ name }}_above,
        {% endfor %}
        valued_at
    from ranked_gaps
    group by valued_at
),

final as (
    select
        {% for name in tenths %}
        {{ name }}_below
        + ({{ name }}_above - {{ name }}_below) * ({{ name }}_place - 10 * floor({{ name }}_place / 10e0)) / 10e0
            as {{ name }}_gap_days,
        {% endfor %}
        valued_at
    from placed_gaps
)

select * from final
