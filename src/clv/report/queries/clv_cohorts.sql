-- months_lived: of the youngest of a half-year's customers; what they haven't lived yet is forecast
with placed as (
    select
        sho.channel,
        cast(extract(year from cus.cohort_month) as varchar)
        || case when extract(month from cus.cohort_month) <= 6 then ' H1' else ' H2' end as cohort,
        cus.clv_12m,
        cus.clv_36m,
        cast(date_diff('month', cus.cohort_month, cus.as_of_date) as integer) as months_lived
    from dim_customers as cus
    inner join shown_channels as sho on coalesce(cus.acquisition_channel, 'unknown') = sho.acquisition_channel
    where cus.cohort_month is not null and cus.clv_12m is not null and cus.clv_36m is not null
)

select
    channel,
    cohort,
    count(*) as customers,
    sum(clv_12m) as clv_12m,
    sum(clv_36m) as clv_36m,
    min(months_lived) as months_lived
from placed
where months_lived < 60
group by channel, cohort
order by channel, cohort
