-- A failure means that the shares of a customer's or an order's touchpoints don't sum to 1: somebody counts twice, or not whole.
{% set models = attribution_models() %}
with customers as (
    select
        customer_id,
        1 as customer_order_number,
        {% for model in models %}
        sum({{ model }}) as {{ model }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('int_acquisitions') }}
    group by customer_id
),

orders as (
    select
        customer_id,
        customer_order_number,
        {% for model in models %}
        sum({{ model }}) as {{ model }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('int_order_paths') }}
    group by customer_id, customer_order_number
),

sums as (
    select * from customers
    union all
    select * from orders
)

select *
from sums
where {{ 'abs(' ~ models | join(' - 1) + abs(') ~ ' - 1)' }} > 1e-6
