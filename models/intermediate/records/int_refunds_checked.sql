with refunds as (
    {{ current_records(ref('stg_shop__refunds')) }}
),

orders as (
    select * from {{ ref('int_orders_checked') }} where superseded_version is null
),

filtered_orders as (
    select * from {{ ref('stg_shop__filtered_orders') }}
),

-- a refund that names no line may come in parts, each of which is a refund of its own
parted as (
    select
        *,
        row_number() over (partition by refund_id, order_id, line_number order by refunded_at, amount, delivered_row) as part
    from refunds
),

matched as (
    select
        case when refunds.part > 1 then refunds.refund_id || ' (' || refunds.part || ')' else refunds.refund_id end as refund_id,
        refunds.refund_id as source_refund_id,
        refunds.order_id,
        refunds.line_number,
        refunds.amount,
        refunds.quantity,
        refunds.tax_amount,
        refunds.shipping_amount,
        coalesce(refunds.keeps_goods, false) as keeps_goods,
        refunds.refunded_at,
        {{ reporting_date('refunds.refunded_at') }} as refund_date,
        coalesce(refunds.currency, orders.source_currency) as currency,
        orders.order_id as known_order_id,
        orders.is_known as is_order_known,
        orders.rejection_reason as order_rejection_reason,
        filtered_orders.order_id is not null as is_left_out,
        refunds.delivered_in,
        refunds.delivered_row
    from parted as refunds
    left join orders
        on refunds.order_id = orders.order_id
    left join filtered_orders
        on refunds.order_id = filtered_orders.order_id
),

rated as (
    {{ with_exchange_rate('matched', 'refund_date') }}
),

final as (
    select
        refund_id,
        source_refund_id,
        order_id,
        line_number,
        amount,
        quantity,
        tax_amount,
        shipping_amount,
        keeps_goods,
        source_currency,
        exchange_rate,
        coalesce(is_order_known, true) as is_known,
        refunded_at,
        refund_date,
        delivered_in,
        delivered_row,
        case
            when is_left_out then '{{ left_out_reason() }}'
            when known_order_id is null then 'no order with this order_id was accepted'
            when order_rejection_reason is not null then 'its order is in quarantine: ' || order_rejection_reason
            when exchange_rate is null then {{ missing_rate('source_currency', 'refund_date') }}
        end as rejection_reason
    from rated
)

select * from final
