select
    sho.channel,
    cus.value_tier as tier,
    count(*) as customers,
    count(cus.clv_36m) as valued_customers,
    sum(cus.clv_36m) as clv_36m,
    sum(cus.predicted_clv) as customer_equity,
    count(*) filter (where cus.purchase_occasions > 0) as buyers,
    count(*) filter (where cus.purchase_occasions > 1) as repeat_buyers
from dim_customers as cus
inner join shown_channels as sho on coalesce(cus.acquisition_channel, 'unknown') = sho.acquisition_channel
group by sho.channel, cus.value_tier
order by sho.channel, cus.value_tier
