with placed as (
    select
        last_day(month) as month,
        'all' as channel,
        window_months,
        customers_at_start,
        churned_customers
    from fct_kpi_months
    where segment_kind = 'company'
    union all
    select
        last_day(kpi.month) as month,
        sho.channel,
        max(kpi.window_months) as window_months,
        sum(kpi.customers_at_start) as customers_at_start,
        sum(kpi.churned_customers) as churned_customers
    from fct_kpi_months as kpi
    inner join shown_channels as sho on kpi.segment = sho.acquisition_channel
    where kpi.segment_kind = 'channel'
    group by kpi.month, sho.channel
),

final as (
    select
        *,
        churned_customers / nullif(customers_at_start, 0) as churn_rate,
        cast(date_diff('month', month, max(month) over ()) as integer) as months_ago
    from placed
)

select *
from final
where months_ago < 36
order by channel = 'all' desc, channel, month
