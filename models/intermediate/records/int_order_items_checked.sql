with lines as (
    select *
    from {{ restated(ref('int_order_items_versioned'), by='int_changed_documents') }}
    where version_status = 'current'
),

orders as (
    select *
    from {{ restated(ref('int_orders_checked'), by='int_changed_documents') }}
    where superseded_version is null
),

filtered_orders as (
    select * from {{ ref('stg_shop__filtered_orders') }}
),

final as (
    select
        lines.order_id,
        lines.product_id,
        lines.line_number,
        lines.quantity,
        lines.unit_price,
        lines.discount_amount,
        lines.unit_cost,
        coalesce(orders.is_known, true) as is_known,
        lines.delivered_in,
        lines.delivered_row,
        case
            when filtered_orders.order_id is not null then '{{ left_out_reason() }}'
            when orders.order_id is null then 'no order with this order_id was accepted'
            when orders.rejection_reason is not null and orders.source_name = 'order_items' then orders.rejection_reason
            when orders.rejection_reason is not null then 'its order is in quarantine: ' || orders.rejection_reason
        end as rejection_reason
    from lines
    left join orders
        on lines.order_id = orders.order_id
    left join filtered_orders
        on lines.order_id = filtered_orders.order_id
)

select * from final
