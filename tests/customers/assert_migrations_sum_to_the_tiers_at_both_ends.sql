-- A failure means that a tier's customers at the end of a month are not those who came to it or stayed in the month, or not those
-- who left it or stayed in the next.
with months as (
    select
        month,
        value_tier,
        count(*) as customers
    from {{ ref('int_customer_months_valued') }}
    where month in (select dates.month from {{ ref('int_dates_listed') }} as dates where dates.is_in_history)
    group by month, value_tier
),

migrations as (
    select * from {{ ref('fct_tier_migrations') }}
),

arrived as (
    select
        month,
        to_tier as value_tier,
        sum(customers) as customers
    from migrations
    where to_tier <> 'merged'
    group by month, to_tier
),

departed as (
    select
        {{ add_months('month', '-1') }} as month,
        from_tier as value_tier,
        sum(customers) as customers
    from migrations
    where from_tier <> 'new'
    group by month, from_tier
),

last_month as (
    select max(month) as month
    from months
)

select
    months.month,
    months.value_tier,
    months.customers,
    arrived.customers as customers_arrived,
    departed.customers as customers_departed
from months
cross join last_month
full outer join arrived
    on
        months.month = arrived.month
        and months.value_tier = arrived.value_tier
left join departed
    on
        months.month = departed.month
        and months.value_tier = departed.value_tier
where
    months.customers is null
    or arrived.customers is null
    or months.customers <> arrived.customers
    or (months.month < last_month.month and (departed.customers is null or months.customers <> departed.customers))
