with states as (
    select * from {{ ref('int_order_states_noted') }} where valued_at <> {{ valued_now() }}
),

orders as (
    select * from {{ ref('int_orders_valued') }}
),

linked as (
    select * from {{ ref('int_people_linked') }}
),

revised_orders as (
    select distinct order_id
    from states
),

-- of an order that was another one at some past date whoever had or has it, and every id that is or was one of several of a
-- person
revised as (
    select orders.source_customer_id
    from orders
    inner join revised_orders
        on orders.order_id = revised_orders.order_id
    where orders.valued_at = {{ valued_now() }}
    union
    select orders.source_customer_id
    from orders
    inner join states
        on
            orders.valued_at = states.valued_at
            and orders.order_id = states.order_id
    union
    select source_customer_id from linked
),

final as (
    select source_customer_id
    from revised
    where source_customer_id is not null
)

select * from final
