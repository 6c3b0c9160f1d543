select
    attribute,
    attribute_value,
    customers,
    mean_clv_36m,
    mean_clv_36m_of_others,
    lift,
    lift_low,
    lift_high,
    is_significant,
    is_reliable
from fct_clv_drivers
where lift is not null and is_reliable
order by is_significant desc, abs(lift) desc, attribute, attribute_value
limit 15
