with delivered_lines as (
    select
        *,
        {{ to_money('quantity * unit_price') }} as amount
    from {{ ref('stg_raw__order_items') }}
),

line_versions as (
    {{ record_versions(ref('stg_raw__order_items')) }}
),

checked_lines as (
    select * from {{ ref('int_order_items_checked') }}
),

delivered_orders as (
    select * from {{ ref('stg_raw__orders') }}
),

order_versions as (
    {{ record_versions(ref('stg_raw__orders')) }}
),

checked_orders as (
    select * from {{ ref('int_orders_checked') }}
    where source_name = 'orders'
),

-- amounts of lines, and of orders, whatever became of them
delivered as (
    select sum(amount) as amount from delivered_lines
    union all
    select sum(amount) as amount from delivered_orders
),

-- amounts that don't reach an order: unreadable, replaced, in quarantine, or of an order whose lines count instead
left_out as (
    select sum(amount) as amount from delivered_lines where rejection_reason is not null
    union all
    select sum({{ to_money('quantity * unit_price') }}) as amount from line_versions where version_status <> 'current'
    union all
    select sum({{ to_money('quantity * unit_price') }}) as amount
    from checked_lines
    where rejection_reason is not null or not is_known
    union all
    select sum(amount) as amount from delivered_orders where rejection_reason is not null
    union all
    select sum(amount) as amount from order_versions where version_status <> 'current'
    union all
    select sum(amount) as amount
    from checked_orders
    where is_known and (rejection_reason is not null or has_lines)
),

final as (
    select
        (select sum(amount) from delivered) as delivered_amount,
        (select sum(amount) from left_out) as not_in_orders_amount
)

select * from final
