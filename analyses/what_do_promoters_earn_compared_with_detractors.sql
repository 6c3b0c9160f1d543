-- What do promoters earn compared with detractors? From fct_clv_drivers: the mean CLV at 36 months of each band of the Net
-- Promoter Score, beside those who never answered. The lift compares customers of equal age and number of orders alone.
select
    attribute_value as nps_band,
    customers,
    mean_clv_36m,
    mean_clv_36m / nullif(max(case when attribute_value = 'detractor' then mean_clv_36m end) over (), 0) as times_a_detractor,
    lift,
    lift_low,
    lift_high,
    is_significant,
    is_reliable
from {{ ref('fct_clv_drivers') }}
where attribute = 'nps_band'
order by mean_clv_36m desc
