-- A failure means that a customer is worth one thing in the running month of fct_customer_months and another in dim_customers.
with customers as (
    select * from {{ ref('dim_customers') }} where cohort_month is not null
),

months as (
    select months.*
    from {{ ref('fct_customer_months') }} as months
    inner join {{ ref('int_run_context') }} as run_context
        on months.valued_on = run_context.as_of_date
)

select
    customers.customer_id,
    customers.total_clv,
    months.total_clv as total_clv_of_month
from customers
full outer join months
    on customers.customer_id = months.customer_id
where
    customers.customer_id is null
    or months.customer_id is null
    or coalesce(customers.total_clv <> months.total_clv, false)
    or customers.net_revenue <> months.cumulative_net_revenue
    or coalesce(customers.gross_margin <> months.cumulative_gross_margin, false)
    or customers.value_tier <> months.value_tier
    or customers.lifecycle_stage <> months.lifecycle_stage
