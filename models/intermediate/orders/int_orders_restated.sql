with touched as (
    select * from {{ ref('int_orders_touched') }}
),

lines as (
    select * from {{ ref('int_unit_costs_matched') }}
),

refunds as (
    select * from {{ ref('stg_raw__refunds') }}
),

-- what moves without a delivery of the order: a cost by ratio, which hangs on all orders, and what was ever refunded
final as (
    select order_id from touched
    union
    select order_id from lines where known_cost_basis is null
    union
    select order_id from refunds where order_id is not null
)

select * from final
