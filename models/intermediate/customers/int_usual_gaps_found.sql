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

-- the gap that four of five don't exceed; interpolated, as percentile_cont does
ranked_gaps as (
    select
        valued_at,
        days_since_previous,
        sum(occasions) over (partition by valued_at order by days_since_previous) as occasions_so_far,
        8 * (sum(occasions) over (partition by valued_at) - 1) as place_in_tenths
    from gaps
),

placed_gaps as (
    select
        valued_at,
        max(place_in_tenths) as place_in_tenths,
        min(case when occasions_so_far >= floor(place_in_tenths / 10e0) + 1 then days_since_previous end) as gap_below,
        min(case when occasions_so_far >= ceil(place_in_tenths / 10e0) + 1 then days_since_previous end) as gap_above
    from ranked_gaps
    group by valued_at
),

final as (
    select
        valued_at,
        gap_below + (gap_above - gap_below) * (place_in_tenths - 10 * floor(place_in_tenths / 10e0)) / 10e0 as usual_gap_days
    from placed_gaps
)

select * from final
