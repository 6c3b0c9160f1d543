select reason, set_by, customer_ids, contacts, orders
from fct_identity_limits
order by orders desc, customer_ids desc, reason
