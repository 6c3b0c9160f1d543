{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('stg_raw__orders') }}
),

lines as (
    select * from {{ ref('stg_raw__order_items') }}
),

-- a flat invoice-line log: lines that carry their order's own columns. Of an order delivered twice the later delivery counts.
flat_lines as (
    select
        *,
        rank() over (partition by order_id order by delivered_in desc) as delivery_rank
    from lines
    where
        ordered_at is not null
        and rejection_reason is null
        and not exists (select 1 from orders where orders.order_id = lines.order_id)
),

orders_of_flat_lines as (
    select
        order_id,
        min(customer_id) as customer_id,
        min(status) as status,
        min(currency) as currency,
        min(sales_channel) as sales_channel,
        min(country) as country,
        min(email) as email,
        min(ordered_at) as ordered_at,
        max(delivered_in) as delivered_in,
        min(delivered_row) as delivered_row
    from flat_lines
    where delivery_rank = 1
    group by order_id
),

final as (
    select
        'orders' as source_name,
        order_id,
        customer_id,
        status,
        currency,
        sales_channel,
        country,
        email,
        amount,
        discount_amount,
        shipping_amount,
        tax_amount,
        ordered_at,
        record_key,
        known_at,
        version_written_at,
        delivered_in,
        delivered_row,
        version_row,
        rejection_reason
    from orders

    union all

    select
        'order_items' as source_name,
        order_id,
        customer_id,
        status,
        currency,
        sales_channel,
        country,
        email,
        null as amount,
        null as discount_amount,
        null as shipping_amount,
        null as tax_amount,
        ordered_at,
        order_id as record_key,
        ordered_at as known_at,
        null as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        null as rejection_reason
    from orders_of_flat_lines
)

select * from final
