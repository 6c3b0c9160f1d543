-- Of the customers acquired in a month, how many bought again after 1, 3, 6 and 12 months, and what has each brought by then?
-- Ages that a cohort has not lived through are empty.
select
    cohort_month,
    {% for age in [1, 3, 6, 12] %}
    max(case when age_months = {{ age }} and is_month_over then retention_rate end) as retention_after_{{ age }},
    max(case when age_months = {{ age }} and is_month_over then cumulative_margin_per_customer end) as margin_after_{{ age }},
    {% endfor %}
    max(cohort_size) as cohort_size
from {{ ref('fct_cohort_months') }}
where acquisition_channel = 'all'
group by cohort_month
order by cohort_month
