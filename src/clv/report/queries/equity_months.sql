-- earlier versions published a month by its last day
with company as (
    select
        last_day(month) as month,
        'all' as channel,
        customer_equity,
        month_net_revenue as net_revenue
    from fct_kpi_months
    where segment_kind = 'company'
),

by_channel as (
    select
        last_day(kpi.month) as month,
        sho.channel,
        sum(kpi.customer_equity) as customer_equity,
        sum(kpi.month_net_revenue) as net_revenue
    from fct_kpi_months as kpi
    inner join shown_channels as sho on kpi.segment = sho.acquisition_channel
    where kpi.segment_kind = 'channel'
    group by kpi.month, sho.channel
),

together as (
    select * from company
    union all
    select * from by_channel
),

final as (
    select
        month,
        channel,
        customer_equity,
        net_revenue,
        date_diff('month', month, max(month) over ()) as months_ago
    from together
)

select *
from final
where months_ago < 36
order by channel = 'all' desc, channel, month
