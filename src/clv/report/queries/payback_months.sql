select
    month,
    new_customers,
    spend,
    cac,
    payback_months,
    is_paid_back
from fct_channel_months
where
    acquisition_channel = 'all'
    and spend > 0
    and month > (select max(month) from fct_channel_months) - interval 24 month
order by month desc
