-- Which campaigns earned what they cost, and how long did it take? ROI is on margin to date, CLV:CAC on what the customers are
-- worth in all.
select
    campaign,
    acquisition_channel,
    spend,
    new_customers,
    cac,
    gross_margin - spend as profit,
    roi,
    clv_to_cac,
    payback_months,
    is_paid_back,
    verdict
from {{ ref('fct_campaigns') }}
where spend > 0
order by roi desc nulls last, campaign asc
