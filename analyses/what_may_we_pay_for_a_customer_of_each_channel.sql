-- What may a customer of each channel cost, what does one cost now, and how much more could be spent in a year? A headroom
-- below 0 is what is spent too much; without one, the channel costs nothing or brought nobody.
select
    acquisition_channel,
    mean_clv_36m,
    target_clv_to_cac,
    affordable_cac,
    current_cac,
    planned_new_customers,
    yearly_budget,
    headroom,
    is_reliable
from {{ ref('fct_channel_budgets') }}
order by headroom desc nulls last, acquisition_channel asc
