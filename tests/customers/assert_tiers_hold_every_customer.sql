-- A failure means that a customer is in no tier or in two, or that shares of tiers don't add up to 1.
with tiers as (
    select
        sum(customers) as customers,
        sum(customer_share) as customer_share
    from {{ ref('fct_value_tiers') }}
),

customers as (
    select count(*) as customers
    from {{ ref('dim_customers') }}
)

select
    tiers.customers as customers_in_tiers,
    customers.customers,
    tiers.customer_share
from tiers
cross join customers
where tiers.customers <> customers.customers or abs(tiers.customer_share - 1) > 1e-9
