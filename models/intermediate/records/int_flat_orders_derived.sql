{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('stg_shop__orders') }}
),

lines as (
    select * from {{ ref('stg_shop__order_items') }}
),

-- a flat invoice-line log: lines that carry their order's own columns. Of an order delivered twice the later delivery counts.
flat_lines as (
    select
        lines.*,
        rank() over (partition by lines.order_id order by lines.delivered_in desc) as delivery_rank
    from lines
    left join orders
        on lines.order_id = orders.order_id
    where
        lines.ordered_at is not null
        and lines.rejection_reason is null
        and orders.order_id is null
),

final as (
    select
        order_id,
        min(customer_id) as customer_id,
        min(status) as status,
        min(currency) as currency,
        min(sales_channel) as sales_channel,
        min(device) as device,
        min(country) as country,
        min(email) as email,
        min(ordered_at) as ordered_at,
        max(delivered_in) as delivered_in,
        min(delivered_row) as delivered_row
    from flat_lines
    where delivery_rank = 1
    group by order_id
)

select * from final
