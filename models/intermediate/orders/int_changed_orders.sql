with changed_documents as (
    select * from {{ ref('int_changed_documents') }}
),

documents as (
    select * from {{ ref('int_documents_totalled') }}
),

refunds as (
    select * from {{ ref('stg_shop__refunds') }}
),

-- what moves without a delivery of the order: a cost by ratio, which hangs on all orders, and what was ever refunded
final as (
    select order_id from changed_documents
    union
    select order_id from documents where uncosted_revenue is not null
    union
    select order_id from refunds where order_id is not null
)

select * from final
