-- A failure means that spend, customers or orders of the channels don't add up to the company's of the month.
select
    month,
    sum(case when acquisition_channel = 'all' then spend else -spend end) as difference_in_spend,
    sum(case when acquisition_channel = 'all' then new_customers else -new_customers end) as difference_in_customers,
    sum(case when acquisition_channel = 'all' then attributed_orders else -attributed_orders end) as difference_in_orders
from {{ ref('fct_channel_months') }}
group by month
having
    coalesce(sum(case when acquisition_channel = 'all' then spend else -spend end), 0) <> 0
    or abs(sum(case when acquisition_channel = 'all' then new_customers else -new_customers end)) > 1e-6
    or abs(sum(case when acquisition_channel = 'all' then attributed_orders else -attributed_orders end)) > 1e-6
