with placed as (
    select
        sho.channel,
        cus.value_tier as tier,
        least(cus.purchase_occasions, 8) as occasions,
        least(cast(floor(cus.days_since_last_order / 30.4375) as integer), 24) as months_since,
        cus.probability_alive
    from dim_customers as cus
    inner join shown_channels as sho on coalesce(cus.acquisition_channel, 'unknown') = sho.acquisition_channel
    where cus.probability_alive is not null and cus.purchase_occasions > 0
)

select
    channel,
    tier,
    occasions,
    months_since,
    count(*) as customers,
    sum(probability_alive) as alive
from placed
group by channel, tier, occasions, months_since
order by channel, tier, occasions, months_since
