select
    clv_method,
    clv_per_customer,
    clv_low,
    clv_high,
    clv_basis,
    customers,
    is_reliable
from fct_clv_by_method
where segment_kind = 'company' and clv_per_customer is not null
order by clv_per_customer desc, clv_method
