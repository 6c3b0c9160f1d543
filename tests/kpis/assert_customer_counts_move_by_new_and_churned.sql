-- A failure means that customers appear or vanish between the start and the end of a window without being new, churned or back.
select *
from {{ ref('fct_kpi_months') }}
where
    churned_customers > customers_at_start
    or customers_at_end < new_customers
    or customers_at_end < customers_at_start - churned_customers + new_customers
