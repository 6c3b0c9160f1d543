-- A failure means that a cohort doesn't start with all of its customers, or has more of them after a renewal than before it.
with cohorts as (
    select
        *,
        lag(survivors) over (partition by cohort_month, plan, billing_period order by age_months) as survivors_before
    from {{ ref('fct_subscription_cohorts') }}
    where is_observed
)

select *
from cohorts
where
    (age_months = 0 and (survivors <> customers_at_start or retention_rate <> 1))
    or (age_months > 0 and (survivors_before is null or survivors > survivors_before))
