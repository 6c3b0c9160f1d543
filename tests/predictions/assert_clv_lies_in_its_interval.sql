-- A failure means that an interval doesn't hold the value that it is for.
select
    segment_kind,
    segment,
    clv_per_customer,
    clv_low,
    clv_high
from {{ ref('fct_clv_by_method') }}
where clv_low is not null and not (clv_low <= clv_per_customer and clv_per_customer <= clv_high)
