-- what counts, month by month: of new customers, of those who came back, and of nobody who is known
with placed as (
    select
        cast(date_trunc('month', ord.order_date) as date) as month,
        case
            when ord.customer_id is null then 'not known'
            when ord.is_first_order then 'new'
            else 'returning'
        end as kind,
        sho.channel,
        ord.net_revenue
    from fct_orders as ord
    left join dim_customers as cus on ord.customer_id = cus.customer_id
    left join shown_channels as sho on coalesce(cus.acquisition_channel, 'unknown') = sho.acquisition_channel
    where
        ord.is_counted
        and ord.order_date <= (select max(as_of_date) from dim_customers)
),

summed as (
    select
        month,
        'all' as channel,
        kind,
        count(*) as orders,
        sum(net_revenue) as net_revenue
    from placed
    group by month, kind
    union all
    select
        month,
        channel,
        kind,
        count(*) as orders,
        sum(net_revenue) as net_revenue
    from placed
    where kind <> 'not known'
    group by month, channel, kind
),

final as (
    select
        *,
        last_day(month) <= (select max(as_of_date) from dim_customers) as is_over,
        cast(date_diff('month', month, (select max(as_of_date) from dim_customers)) as integer) as months_ago
    from summed
)

select *
from final
where months_ago < 36
order by channel = 'all' desc, channel, month, kind
