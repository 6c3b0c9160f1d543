with refunds as (
    select * from {{ ref('int_refunds_checked') }} where is_known and rejection_reason is null
),

orders as (
    select * from {{ ref('int_orders_costed') }}
),

lines as (
    select
        order_id,
        line_number,
        sum(quantity) as quantity,
        sum(net_item_revenue) as net_item_revenue,
        sum(cogs) as cogs
    from {{ ref('int_order_lines_costed') }}
    where line_number is not null and order_id in (select refunds.order_id from refunds)
    group by order_id, line_number
),

{{ valued_refunds(['order_id']) }}

select * from final
