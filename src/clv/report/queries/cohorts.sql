with observed as (
    select
        coh.cohort_month,
        case when coh.acquisition_channel = 'all' then 'all' else sho.channel end as channel,
        coh.age_months,
        coh.cohort_size,
        coh.active_customers,
        cast(date_diff('month', coh.cohort_month, max(coh.cohort_month) over ()) as integer) as months_ago
    from fct_cohort_months as coh
    left join shown_channels as sho on coh.acquisition_channel = sho.acquisition_channel
    where coh.is_month_over
)

select
    cohort_month,
    channel,
    age_months,
    months_ago,
    sum(cohort_size) as cohort_size,
    sum(active_customers) as active_customers
from observed
where months_ago < 36 and age_months > 0 and channel is not null
group by cohort_month, channel, age_months, months_ago
order by channel = 'all' desc, channel, cohort_month, age_months
