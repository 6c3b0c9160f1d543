-- A failure means that the values of an attribute don't hold together every customer who has bought, once each.
with attributes as (
    select
        attribute,
        sum(customers) as customers
    from {{ ref('fct_clv_drivers') }}
    group by attribute
),

buyers as (
    select count(*) as customers
    from {{ ref('dim_customers') }}
    where cohort_month is not null
)

select
    attributes.attribute,
    attributes.customers,
    buyers.customers as customers_who_have_bought
from attributes
cross join buyers
where attributes.customers <> buyers.customers
