with periods as (
    select unnest([3, 12, 36]) as period
),

latest as (
    select
        acquisition_channel,
        spend,
        new_customers,
        mean_total_clv,
        date_diff('month', month, max(month) over ()) as months_ago
    from fct_channel_months
    where acquisition_channel <> 'all'
),

summed as (
    select
        per.period,
        lat.acquisition_channel as channel,
        sum(lat.spend) as spend,
        sum(lat.new_customers) as new_customers,
        sum(lat.mean_total_clv * lat.new_customers)
        / nullif(sum(lat.new_customers) filter (where lat.mean_total_clv is not null), 0) as mean_clv
    from latest as lat
    inner join periods as per on lat.months_ago < per.period
    group by per.period, lat.acquisition_channel
),

final as (
    select
        period,
        channel,
        spend,
        new_customers,
        mean_clv,
        case when spend > 0 and new_customers > 0 then spend / new_customers end as cac,
        case when spend > 0 and new_customers > 0 then mean_clv / (spend / new_customers) end as clv_to_cac,
        row_number() over (partition by period order by spend desc nulls last, new_customers desc, channel) as place
    from summed
)

select * exclude (place)
from final
where place <= 25
order by period, spend desc nulls last, new_customers desc, channel
