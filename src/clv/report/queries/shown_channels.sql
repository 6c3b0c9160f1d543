-- a page holds twelve channels at most: the smaller ones are drawn together
with counted as (
    select
        coalesce(acquisition_channel, 'unknown') as acquisition_channel,
        count(*) as customers
    from dim_customers
    group by coalesce(acquisition_channel, 'unknown')
),

ranked as (
    select
        acquisition_channel,
        customers,
        row_number() over (order by customers desc, acquisition_channel) as place
    from counted
)

select
    acquisition_channel,
    case when place <= 12 then acquisition_channel else 'other' end as channel,
    customers
from ranked
