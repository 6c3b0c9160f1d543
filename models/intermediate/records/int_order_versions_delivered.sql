{{ config(materialized='view') }}

with versions as (
    select * from {{ ref('int_orders_versioned') }}
),

flat_orders as (
    select * from {{ ref('int_flat_orders_derived') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
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
        is_known_event as is_known,
        superseded_version,
        version_written_at,
        delivered_in,
        delivered_row
    from versions
    where is_readable and (version_rank = 1 or superseded_version is not null)

    union all

    select
        'order_items' as source_name,
        flat_orders.order_id,
        flat_orders.customer_id,
        flat_orders.status,
        flat_orders.currency,
        flat_orders.sales_channel,
        flat_orders.country,
        flat_orders.email,
        null as amount,
        null as discount_amount,
        null as shipping_amount,
        null as tax_amount,
        flat_orders.ordered_at,
        flat_orders.ordered_at < run_context.known_before as is_known,
        null as superseded_version,
        null as version_written_at,
        flat_orders.delivered_in,
        flat_orders.delivered_row
    from flat_orders
    cross join run_context
)

select * from final
