with placed as (
    select
        sho.channel,
        cus.value_tier as tier,
        case
            when cus.days_overdue <= 0 then 1
            when cus.days_overdue <= 30 then 2
            when cus.days_overdue <= 90 then 3
            when cus.days_overdue <= 180 then 4
            when cus.days_overdue <= 365 then 5
            else 6
        end as place,
        cus.predicted_clv,
        cus.probability_alive
    from dim_customers as cus
    inner join shown_channels as sho on coalesce(cus.acquisition_channel, 'unknown') = sho.acquisition_channel
    where cus.days_overdue is not null and cus.predicted_clv is not null
)

select
    channel,
    tier,
    place,
    count(*) as customers,
    sum(predicted_clv) as predicted_clv,
    sum(probability_alive) as alive
from placed
group by channel, tier, place
order by channel, tier, place
