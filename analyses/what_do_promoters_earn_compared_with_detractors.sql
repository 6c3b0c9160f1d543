-- What do promoters earn compared with detractors? From fct_clv_drivers: the mean total CLV of each band of the Net Promoter
-- Score, beside those who never answered.
select
    attribute_value as nps_band,
    customers,
    mean_total_clv,
    mean_total_clv / nullif(max(case when attribute_value = 'detractor' then mean_total_clv end) over (), 0) as times_a_detractor,
    lift,
    lift_low,
    lift_high,
    is_significant,
    is_reliable
from {{ ref('fct_clv_drivers') }}
where attribute = 'nps_band'
order by mean_total_clv desc
