select status, orders, gross_item_revenue, is_counted, is_known, first_ordered_on, last_ordered_on
from fct_order_statuses
order by orders desc, status
