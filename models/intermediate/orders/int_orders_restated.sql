with touched as (
    select * from {{ ref('int_orders_touched') }}
),

orders as (
    select * from {{ ref('int_orders_totalled') }}
),

refunds as (
    select * from {{ ref('stg_raw__refunds') }}
),

-- what moves without a delivery of the order: a cost by ratio, which hangs on all orders, and what was ever refunded
final as (
    select order_id from touched
    union
    select order_id from orders where uncosted_revenue is not null
    union
    select order_id from refunds where order_id is not null
)

select * from final
