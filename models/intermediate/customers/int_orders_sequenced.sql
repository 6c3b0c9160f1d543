{{ config(materialized='incremental', incremental_strategy='append', pre_hook="{{ forget_customers('int_customers_restated') }}") }}

with orders as (
    select *
    from {{ ref('int_orders_attributed') }}
    where {{ is_restated_customer('customer_id', 'int_customers_restated') }}
),

final as (
    select
        *,
        case
            when is_counted and customer_id is not null
                then cast(row_number() over (partition by customer_id, is_counted order by ordered_at, order_id) as integer)
        end as customer_order_number
    from orders
)

select * from final
