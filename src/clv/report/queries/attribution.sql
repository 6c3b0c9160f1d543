select
    acquisition_channel,
    attribution_model,
    is_configured,
    new_customers,
    clv_to_cac,
    is_reliable
from fct_attribution_models
where acquisition_channel not in ('all', 'unallocated')
order by acquisition_channel, attribution_model
