-- A failure means that the tiers of a window don't hold together the customers, money and equity of the company.
with company as (
    select * from {{ ref('fct_kpi_months') }} where segment_kind = 'company'
),

tiers as (
    select
        month,
        sum(customers_at_start) as customers_at_start,
        sum(customers_at_end) as customers_at_end,
        sum(churned_customers) as churned_customers,
        sum(new_customers) as new_customers,
        sum(customer_orders) as customer_orders,
        sum(case when segment = 'new' then new_customers else 0 end) as new_customers_of_new,
        sum(customer_equity) as customer_equity
    from {{ ref('fct_kpi_months') }}
    where segment_kind = 'tier'
    group by month
)

select
    company.month,
    tiers.customers_at_start,
    company.customers_at_start as customers_at_start_of_company
from tiers
inner join company
    on tiers.month = company.month
where
    tiers.customers_at_start <> company.customers_at_start
    or tiers.customers_at_end <> company.customers_at_end
    or tiers.churned_customers <> company.churned_customers
    or tiers.new_customers <> company.new_customers
    or tiers.new_customers_of_new <> company.new_customers
    or tiers.customer_orders <> company.customer_orders
    or tiers.customer_equity <> company.customer_equity
