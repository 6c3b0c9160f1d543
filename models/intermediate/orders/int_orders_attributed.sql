{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('int_orders_valued') }} where valued_at = {{ valued_now() }}
),

documents as (
    select * from {{ ref('int_documents_totalled') }} where superseded_version is null
),

identities as (
    select * from {{ ref('int_identities_resolved') }}
),

final as (
    select
        orders.order_id,
        identities.customer_id,
        documents.status,
        orders.is_counted_status,
        orders.is_fully_refunded,
        orders.is_counted,
        documents.source_currency,
        documents.sales_channel,
        documents.device,
        documents.country,
        {{ money_columns(
            ['source_gross_item_revenue', 'gross_item_revenue', 'discount_amount', 'shipping_amount', 'tax_amount'], 'documents'
        ) }},
        orders.revenue_before_refunds,
        orders.refund_amount,
        orders.net_revenue,
        orders.cogs_before_refunds,
        orders.cogs,
        orders.gross_margin,
        orders.margin_basis,
        orders.ordered_at,
        orders.order_date
    from orders
    inner join documents
        on orders.order_id = documents.order_id
    left join identities
        on orders.source_customer_id = identities.source_customer_id
)

select * from final
