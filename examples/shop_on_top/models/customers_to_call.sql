-- Customers who are most likely gone, the most valuable first.
with customers as (
    select * from {{ ref('clv_warehouse', 'dim_customers') }}
)

select
    customer_id,
    total_clv,
    probability_alive
from customers
where probability_alive < 5e-1
