-- A failure means that an uplift isn't the difference between its two groups, or lies outside its own interval.
select *
from {{ ref('fct_campaign_uplifts') }}
where
    abs(uplift - (margin_per_customer - control_margin_per_customer)) > 0.0002
    or uplift not between uplift_low and uplift_high
    or reactivation_uplift_low > reactivation_uplift_high
