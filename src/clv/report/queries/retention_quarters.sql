-- a quarter's customers at an age that all of them have reached, so that a row is always about the same people
with observed as (
    select
        coh.cohort_month,
        cast(extract(year from coh.cohort_month) as varchar)
        || ' Q' || cast(extract(quarter from coh.cohort_month) as varchar) as cohort,
        case when coh.acquisition_channel = 'all' then 'all' else sho.channel end as channel,
        coh.age_months,
        coh.cohort_size,
        coh.active_customers,
        max(coh.cohort_month) over () as latest_cohort
    from fct_cohort_months as coh
    left join shown_channels as sho on coh.acquisition_channel = sho.acquisition_channel
    where coh.is_month_over
),

by_age as (
    select
        channel,
        cohort,
        age_months,
        sum(cohort_size) as cohort_size,
        sum(active_customers) as active_customers,
        count(distinct cohort_month) as months
    from observed
    where cohort_month > latest_cohort - interval 36 month and channel is not null
    group by channel, cohort, age_months
),

complete as (
    select
        *,
        max(months) over (partition by channel, cohort) as all_months
    from by_age
)

select
    channel,
    cohort,
    age_months,
    cohort_size,
    active_customers
from complete
where months = all_months and age_months in (0, 1, 2, 3, 6, 9, 12, 18, 24)
order by channel = 'all' desc, channel, cohort, age_months
