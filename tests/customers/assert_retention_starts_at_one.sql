-- A failure means that a cohort's customers did not all buy in the month that made them customers.
select *
from {{ ref('fct_cohort_months') }}
where age_months = 0 and retention_rate <> 1
