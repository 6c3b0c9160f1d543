with line_versions as (
    select * from {{ ref('int_order_items_versioned') }} where is_readable
),

order_versions as (
    select * from {{ ref('int_orders_versioned') }} where is_readable and version_status <> 'merged'
),

checked_lines as (
    select * from {{ ref('int_order_items_checked') }}
),

checked_orders as (
    select * from {{ ref('int_orders_checked') }} where source_name = 'orders' and superseded_version is null
),

-- readable amounts as delivered in document currencies, whatever became of them
delivered as (
    select
        version_status = 'current' as is_current,
        {{ to_money('quantity * unit_price') }} as amount
    from line_versions
    union all
    select
        version_status = 'current' as is_current,
        {{ to_money('amount') }} as amount
    from order_versions
),

-- amounts in force that don't reach an order: in quarantine, not yet known, or of an order whose lines count instead
left_out as (
    select {{ to_money('quantity * unit_price') }} as amount
    from checked_lines
    where rejection_reason is not null or not is_known
    union all
    select {{ to_money('amount') }} as amount
    from checked_orders
    where is_known and (rejection_reason is not null or has_lines)
),

delivered_total as (
    select
        sum(amount) as delivered_amount,
        sum(case when not is_current then amount end) as replaced_amount
    from delivered
),

left_out_total as (
    select sum(amount) as left_out_amount
    from left_out
),

final as (
    select
        delivered_total.delivered_amount,
        coalesce(delivered_total.replaced_amount, 0) + coalesce(left_out_total.left_out_amount, 0) as not_in_orders_amount
    from delivered_total
    cross join left_out_total
)

select * from final
