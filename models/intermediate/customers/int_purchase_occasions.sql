{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_customers('int_customers_restated') }}",
) }}

with orders as (
    select *
    from {{ ref('int_orders_sequenced') }}
    where is_counted and customer_id is not null and {{ is_restated_customer('customer_id', 'int_customers_restated') }}
),

by_day as (
    select
        customer_id,
        order_date as occasion_date,
        count(*) as orders,
        sum(net_revenue) as net_revenue,
        {{ complete_sum('gross_margin') }} as gross_margin
    from orders
    group by customer_id, order_date
),

final as (
    select
        customer_id,
        occasion_date,
        {{ month_of('occasion_date') }} as occasion_month,
        cast(row_number() over (partition by customer_id order by occasion_date) as integer) as occasion_number,
        {{ dbt.datediff(
            'lag(occasion_date) over (partition by customer_id order by occasion_date)', 'occasion_date', 'day'
        ) }} as days_since_previous,
        cast(orders as integer) as orders,
        {{ money_columns(['net_revenue', 'gross_margin']) }}
    from by_day
)

select * from final
