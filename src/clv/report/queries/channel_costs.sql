-- as in the marts: a sum is unknown where a part of it is, and so is a cost where nothing was spent
with periods as (
    select unnest([3, 12, 36]) as period
),

latest as (
    select
        *,
        date_diff('month', month, max(month) over ()) as months_ago
    from fct_channel_months
),

summed as (
    select
        per.period,
        lat.acquisition_channel as channel,
        sum(lat.spend) as spend,
        sum(lat.new_customers) as new_customers,
        sum(lat.net_revenue) as net_revenue,
        case when count(*) = count(lat.gross_margin) then sum(lat.gross_margin) end as gross_margin,
        case
            when count(*) filter (where lat.new_customers > 0) = count(lat.mean_clv_36m)
                then sum(lat.mean_clv_36m * lat.new_customers)
        end as clv_36m
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
        clv_36m / nullif(new_customers, 0) as mean_clv,
        case when spend > 0 then spend / nullif(new_customers, 0) end as cac,
        case when spend > 0 then net_revenue / spend end as roas,
        case when spend > 0 then (gross_margin - spend) / spend end as roi,
        case when spend > 0 then clv_36m / spend end as clv_to_cac,
        row_number() over (
            partition by period
            order by channel = 'all', spend desc nulls last, new_customers desc, channel
        ) as place
    from summed
)

select *
from final
order by period, place
