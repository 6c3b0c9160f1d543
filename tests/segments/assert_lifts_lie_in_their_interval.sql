-- A failure means that a lift lies outside its own interval, or that an interval leaves out 0 though the difference isn't
-- significant.
select *
from {{ ref('fct_clv_drivers') }}
where
    lift not between lift_low and lift_high
    or adjusted_p_value < p_value
    or (not (lift_low <= 0 and lift_high >= 0) and adjusted_p_value > 0.051e0)
