-- the twelve months up to the as-of date, those before, and so on
with latest as (
    select cast(max(as_of_date) as date) as as_of_date
    from dim_customers
),

placed as (
    select
        cast(date_sub('year', ord.order_date, lat.as_of_date) as integer) as years_ago,
        ord.customer_id,
        ord.net_revenue,
        ord.is_first_order,
        lat.as_of_date
    from fct_orders as ord
    cross join latest as lat
    where ord.is_counted and ord.order_date <= lat.as_of_date
),

buyers as (
    select
        years_ago,
        customer_id,
        count(*) as orders
    from placed
    where customer_id is not null
    group by years_ago, customer_id
),

repeats as (
    select
        years_ago,
        count(*) as customers,
        count(*) filter (where orders > 1) as repeat_customers
    from buyers
    group by years_ago
),

summed as (
    select
        years_ago,
        max(as_of_date) as as_of_date,
        count(*) as orders,
        sum(net_revenue) as net_revenue,
        count(*) filter (where is_first_order) as first_orders
    from placed
    group by years_ago
)

select
    summed.years_ago,
    cast(summed.as_of_date - to_years(summed.years_ago) as date) as until,
    summed.orders,
    summed.net_revenue,
    summed.first_orders,
    repeats.customers,
    repeats.repeat_customers
from summed
left join repeats on summed.years_ago = repeats.years_ago
where summed.years_ago between 0 and 4
order by summed.years_ago
