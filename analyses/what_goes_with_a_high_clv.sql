-- What goes with a high CLV? From fct_clv_drivers: the attributes whose customers are worth more or less than all others,
-- beyond chance and with enough customers. What goes with it need not be its cause.
select
    attribute,
    attribute_value,
    customers,
    mean_clv_36m,
    mean_clv_36m_of_others,
    lift,
    lift_low,
    lift_high,
    adjusted_p_value
from {{ ref('fct_clv_drivers') }}
where is_reliable and is_significant
order by lift desc
