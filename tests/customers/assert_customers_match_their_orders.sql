-- A failure means that what dim_customers says of a customer is not what the customer's orders say.
with orders as (
    select
        customer_id,
        sum(case when is_counted then 1 else 0 end) as order_count,
        sum(net_revenue) as net_revenue,
        count(distinct case when is_counted then order_date end) as purchase_occasions
    from {{ ref('fct_orders') }}
    where customer_id is not null
    group by customer_id
)

select
    customers.customer_id,
    customers.order_count,
    orders.order_count as order_count_of_orders,
    customers.net_revenue,
    orders.net_revenue as net_revenue_of_orders
from {{ ref('dim_customers') }} as customers
full outer join orders
    on customers.customer_id = orders.customer_id
where
    customers.customer_id is null
    or coalesce(orders.order_count, 0) <> customers.order_count
    or coalesce(orders.net_revenue, 0) <> customers.net_revenue
    or coalesce(orders.purchase_occasions, 0) <> customers.purchase_occasions
