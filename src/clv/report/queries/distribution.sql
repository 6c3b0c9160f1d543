-- some thirty bins of a round width up to the 98th percentile, the rest in the last
with bounds as (
    select
        quantile_cont(clv_36m, 0.98) as high,
        pow(10, floor(log10(greatest(quantile_cont(clv_36m, 0.98), 0.3) / 30))) as power
    from dim_customers
),

widths as (
    select
        high,
        power * case
            when high / 30 > 5 * power then 10
            when high / 30 > 2 * power then 5
            when high / 30 > power then 2
            else 1
        end as width
    from bounds
),

binned as (
    select
        sho.channel,
        cus.value_tier as tier,
        wid.width,
        greatest(least(floor(cus.clv_36m / wid.width), floor(wid.high / wid.width)), -5) * wid.width as clv_from,
        cus.clv_36m
    from dim_customers as cus
    inner join shown_channels as sho on coalesce(cus.acquisition_channel, 'unknown') = sho.acquisition_channel
    cross join widths as wid
    where cus.clv_36m is not null
)

select
    channel,
    tier,
    round(clv_from, 6) as clv_from,
    round(clv_from + width, 6) as clv_to,
    count(*) as customers,
    sum(clv_36m) as together
from binned
group by channel, tier, clv_from, width
order by channel, tier, clv_from
