with orders as (
    select
        order_id,
        {{ shop_customer_id() }} as source_customer_id
    from {{ ref('int_orders_valued') }}
),

listed as (
    select distinct order_id
    from {{ ref('int_past_orders_listed') }}
),

past_orders as (
    select {{ shop_customer_id() }} as source_customer_id
    from {{ ref('int_past_orders_valued') }}
),

linked as (
    select
        valued_at as cutoff_date,
        source_customer_id,
        customer_id
    from {{ ref('int_people_linked') }}
    where valued_at <> {{ valued_now() }}
),

revised as (
    select orders.source_customer_id
    from orders
    inner join listed
        on orders.order_id = listed.order_id
    union
    select source_customer_id from past_orders
    union
    select source_customer_id from linked
),

final as (
    select source_customer_id
    from revised
    where source_customer_id is not null
)

select * from final
