{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='order_id') }}

with records as (
    {{ records_to_judge('orders', [
        'order_id', 'customer_id', 'status', 'currency', 'sales_channel', 'country', 'email',
        'amount', 'discount_amount', 'shipping_amount', 'tax_amount', 'ordered_at',
    ]) }}
),

final as (
    {{ record_versions('records') }}
)

select * from final
