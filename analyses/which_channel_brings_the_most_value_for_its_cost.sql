-- Which channel's customers are worth the most for what they cost, over the latest KPI window? Channels without spend have no
-- ratio and stand last: their customers' value is beside them.
select
    acquisition_channel,
    spend,
    new_customers,
    cac,
    mean_clv_36m,
    clv_to_cac,
    roas,
    roi,
    is_reliable
from {{ ref('fct_attribution_models') }}
where is_configured and acquisition_channel <> 'all'
order by clv_to_cac desc nulls last, mean_clv_36m desc nulls last, acquisition_channel asc
