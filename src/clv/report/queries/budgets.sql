select *
from fct_channel_budgets
order by acquisition_channel = 'unallocated', spend desc nulls last, new_customers desc, acquisition_channel
