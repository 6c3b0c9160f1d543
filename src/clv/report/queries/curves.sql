-- a half-year's line ends where its youngest cohort does, so that it never changes whom it is about
with basis as (
    select count(cumulative_margin_per_customer) = 0 as is_revenue
    from fct_cohort_months
),

observed as (
    select
        coh.cohort_month,
        cast(extract(year from coh.cohort_month) as varchar)
        || case when extract(month from coh.cohort_month) <= 6 then ' H1' else ' H2' end as cohort,
        case when coh.acquisition_channel = 'all' then 'all' else sho.channel end as channel,
        coh.age_months,
        coh.cohort_size,
        case
            when bas.is_revenue then coh.cumulative_revenue_per_customer
            else coh.cumulative_margin_per_customer
        end as brought,
        bas.is_revenue,
        max(coh.cohort_month) over () as latest_cohort
    from fct_cohort_months as coh
    cross join basis as bas
    left join shown_channels as sho on coh.acquisition_channel = sho.acquisition_channel
    where coh.is_month_over
),

by_age as (
    select
        channel,
        cohort,
        age_months,
        sum(brought * cohort_size) / sum(cohort_size) as brought,
        sum(cohort_size) as customers,
        count(distinct cohort_month) as months,
        bool_or(is_revenue) as is_revenue
    from observed
    where
        cohort_month > latest_cohort - interval 36 month
        and channel is not null
        and brought is not null
        and cohort_size > 0
    group by channel, cohort, age_months
),

complete as (
    select
        *,
        max(months) over (partition by channel, cohort) as all_months
    from by_age
),

costs as (
    select
        case when cha.acquisition_channel = 'all' then 'all' else sho.channel end as channel,
        case when sum(cha.spend) > 0 and sum(cha.new_customers) > 0 then sum(cha.spend) / sum(cha.new_customers) end as cac
    from fct_channel_months as cha
    left join shown_channels as sho on cha.acquisition_channel = sho.acquisition_channel
    where cha.month > (select max(month) from fct_channel_months) - interval 12 month
    group by case when cha.acquisition_channel = 'all' then 'all' else sho.channel end
)

select
    com.channel,
    com.cohort,
    com.age_months,
    com.brought,
    com.customers,
    com.is_revenue,
    cos.cac
from complete as com
left join costs as cos on com.channel = cos.channel
where com.months = com.all_months
order by com.channel = 'all' desc, com.channel, com.cohort, com.age_months
