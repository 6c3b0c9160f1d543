with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }} where is_rebuilt and not is_as_of
),

occasions as (
    select * from {{ ref('int_past_occasions_summed') }} where orders > 0 and days_since_previous is not null
),

settled as (
    select
        month,
        days_since_previous,
        count(*) as occasions
    from {{ ref('int_settled_occasions_summed') }}
    where days_since_previous is not null
    group by month, days_since_previous
),

counted as (
    select
        cutoff_date,
        days_since_previous,
        count(*) as occasions
    from occasions
    group by cutoff_date, days_since_previous
    union all
    select
        cutoffs.cutoff_date,
        settled.days_since_previous,
        sum(settled.occasions) as occasions
    from settled
    inner join cutoffs
        on settled.month <= cutoffs.month
    group by cutoffs.cutoff_date, settled.days_since_previous
),

summed as (
    select
        cutoff_date,
        days_since_previous,
        sum(occasions) as occasions
    from counted
    group by cutoff_date, days_since_previous
),

{{ usual_gaps('summed', ['cutoff_date']) }}

select * from usual_gaps
