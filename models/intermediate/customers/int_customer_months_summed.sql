{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_customers('int_customers_restated') }}",
) }}

with orders as (
    select *
    from {{ ref('int_orders_sequenced') }}
    where customer_id is not null and {{ is_restated_customer('customer_id', 'int_customers_restated') }}
),

final as (
    select
        customer_id,
        {{ month_of('order_date') }} as month,
        cast(sum(case when is_counted then 1 else 0 end) as integer) as orders,
        cast(sum(net_revenue) as {{ type_money() }}) as net_revenue,
        cast({{ complete_sum('gross_margin') }} as {{ type_money() }}) as gross_margin
    from orders
    group by customer_id, {{ month_of('order_date') }}
)

select * from final
