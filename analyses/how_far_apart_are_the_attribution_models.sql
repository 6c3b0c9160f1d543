-- Does it matter how touchpoints share a customer? Per channel, the lowest and highest number of customers, CAC and CLV:CAC
-- over all attribution models: where they are close, the choice of model changes no decision.
select
    acquisition_channel,
    max(spend) as spend,
    max(case when is_configured then new_customers end) as new_customers,
    min(new_customers) as fewest_customers,
    max(new_customers) as most_customers,
    max(case when is_configured then cac end) as cac,
    min(cac) as lowest_cac,
    max(cac) as highest_cac,
    max(case when is_configured then clv_to_cac end) as clv_to_cac,
    min(clv_to_cac) as lowest_clv_to_cac,
    max(clv_to_cac) as highest_clv_to_cac
from {{ ref('fct_attribution_models') }}
where acquisition_channel <> 'all'
group by acquisition_channel
order by max(new_customers) - min(new_customers) desc, acquisition_channel asc
