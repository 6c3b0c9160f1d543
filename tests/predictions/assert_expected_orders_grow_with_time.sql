-- A failure means that more orders are expected in 30 days than in 90, or in 90 than in 365.
select
    customer_id,
    expected_orders_30d,
    expected_orders_90d,
    expected_orders_365d
from {{ ref('dim_customers') }}
where
    expected_orders_30d > expected_orders_90d
    or expected_orders_90d > expected_orders_365d
