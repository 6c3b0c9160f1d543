-- A failure means that the customer equity of the tiers is not the sum of what the customers are predicted to bring.
with customers as (
    select sum(predicted_clv) as customer_equity
    from {{ ref('dim_customers') }}
),

tiers as (
    select sum(customer_equity) as customer_equity
    from {{ ref('fct_value_tiers') }}
)

select
    customers.customer_equity as of_customers,
    tiers.customer_equity as of_tiers
from customers
cross join tiers
where
    customers.customer_equity <> tiers.customer_equity
    or (customers.customer_equity is null) <> (tiers.customer_equity is null)
