with source as (
    select * from {{ source('raw', 'refunds') }}
),

read as (
    select
        *,
        {{ read_money('amount') }} as amount_read,
        {{ read_number('quantity') }} as quantity_read,
        {{ read_timestamp('refunded_at') }} as refunded_at_read
    from source
),

renamed as (
    select
        -- ids
        {{ read_id('refund_id') }} as refund_id,
        {{ read_id('order_id') }} as order_id,
        -- text
        line_number,
        upper(currency) as currency,
        -- numbers
        amount_read as amount,
        quantity_read as quantity,
        -- dates
        refunded_at_read as refunded_at,
        -- the delivered record
        {{ read_id('refund_id') }} as record_key,
        refunded_at_read as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['refund_id', 'order_id', 'refunded_at', 'amount'],
            numbers=['amount', 'quantity'],
            timestamps=['refunded_at'],
            event='refunded_at',
            rules={
                'amount is negative': 'amount_read < 0',
                'quantity is negative': 'quantity_read < 0',
            }
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
