-- customers of the latest twelve months beside those of the twelve before
with placed as (
    select
        cast(floor(date_diff('month', cohort_month, as_of_date) / 12) as integer) as years_ago,
        clv_36m
    from dim_customers
    where cohort_month is not null and clv_36m is not null
)

select
    years_ago,
    count(*) as customers,
    avg(clv_36m) as mean_clv,
    stddev_samp(clv_36m) as deviation
from placed
where years_ago in (0, 1)
group by years_ago
order by years_ago
