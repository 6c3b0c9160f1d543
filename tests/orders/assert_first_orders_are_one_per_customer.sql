-- A failure means that a customer with counted orders has no first order, or several.
select
    customer_id,
    sum(case when is_first_order then 1 else 0 end) as first_orders
from {{ ref('fct_orders') }}
where customer_id is not null and is_counted
group by customer_id
having sum(case when is_first_order then 1 else 0 end) <> 1
