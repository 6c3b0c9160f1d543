-- A failure means that the channels of a cohort don't add up to the whole cohort.
select
    cohort_month,
    age_months,
    sum(case when acquisition_channel = 'all' then cohort_size else -cohort_size end) as difference_in_size,
    sum(case when acquisition_channel = 'all' then active_customers else -active_customers end) as difference_in_active
from {{ ref('fct_cohort_months') }}
group by cohort_month, age_months
having
    sum(case when acquisition_channel = 'all' then cohort_size else -cohort_size end) <> 0
    or sum(case when acquisition_channel = 'all' then active_customers else -active_customers end) <> 0
