{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='order_id') }}

with records as (
    {{ records_to_judge('order_items', [
        'order_id', 'product_id', 'line_number', 'quantity', 'unit_price', 'discount_amount', 'unit_cost',
    ], key='order_id', event='ordered_at') }}
),

versions as (
    {{ record_versions('records') }}
),

-- files that orders are read from, too: a row without product, quantity and price only tells more of its order
shared_files as (
    select delivered_in from {{ ref('stg_builds__deliveries') }} where source_name = 'orders'
),

latest as (
    select
        order_id,
        max(delivered_in) as delivered_in,
        max(case when line_number is not null then delivered_in end) as numbered_in,
        max(case when line_number is null then delivered_in end) as unnumbered_in
    from versions
    where version_status = 'current'
    group by order_id
),

-- an order delivered again brings its lines whole; or those that changed, but all where one delivery has numbers on them and one
-- has not
final as (
    select
        versions.order_id,
        versions.product_id,
        versions.line_number,
        versions.quantity,
        versions.unit_price,
        versions.discount_amount,
        versions.unit_cost,
        versions.record_key,
        versions.known_at,
        versions.version_written_at,
        versions.delivered_in,
        versions.delivered_row,
        versions.version_row,
        versions.rejection_reason,
        versions.is_readable,
        case
            when
                versions.rejection_reason = 'quantity is blank'
                and versions.product_id is null
                and versions.unit_price is null
                and versions.delivered_in in (select shared_files.delivered_in from shared_files)
                then 'merged'
            when versions.version_status <> 'current' then versions.version_status
            {% if var('order_items_delivery') == 'whole_orders' %}
            when versions.delivered_in < latest.delivered_in then 'superseded'
            {% else %}
            when versions.line_number is null and latest.numbered_in > latest.unnumbered_in then 'superseded'
            when versions.line_number is not null and latest.unnumbered_in > latest.numbered_in then 'superseded'
            {% endif %}
            else 'current'
        end as version_status
    from versions
    left join latest
        on versions.order_id = latest.order_id
)

select * from final
