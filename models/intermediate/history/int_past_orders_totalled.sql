with listed as (
    select * from {{ ref('int_past_orders_listed') }}
),

orders as (
    select * from {{ ref('int_orders_totalled') }}
),

final as (
    select
        listed.cutoff_date,
        orders.*
    from listed
    inner join orders
        on
            listed.order_id = orders.order_id
            and {{ same_version('listed', 'orders') }}
    where orders.order_date <= listed.cutoff_date
)

select * from final
