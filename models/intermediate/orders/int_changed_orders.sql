{% set built_orders = left_by_last_build('int_orders_valued') %}
with changed_documents as (
    select * from {{ ref('int_changed_documents') }}
),

documents as (
    select * from {{ ref('int_documents_totalled') }}
),

refunds as (
    select * from {{ ref('stg_shop__refunds') }}
),

noted as (
    select * from {{ ref('int_order_states_noted') }} where customer_id is not null
),

-- what moves without a delivery of the order: a cost by ratio, which hangs on all orders, and what is or was ever refunded, by a
-- refund or a credit note
final as (
    select order_id from changed_documents
    union
    select order_id from documents where uncosted_revenue is not null
    union
    select order_id from refunds where order_id is not null
    union
    select order_id from noted
    {% if built_orders %}
    union
    select order_id from {{ built_orders }} where refund_amount <> 0
    {% endif %}
)

select * from final
