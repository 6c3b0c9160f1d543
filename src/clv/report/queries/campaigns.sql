select campaign, acquisition_channel, spend, new_customers, cac, mean_clv_36m, clv_to_cac, payback_months, is_paid_back
from fct_campaigns
where spend > 0
order by spend desc, campaign
limit 25
