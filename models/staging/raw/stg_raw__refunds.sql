with source as (
    select * from {{ source('raw', 'refunds') }}
),

renamed as (
    select
        -- ids
        refund_id,
        order_id,
        -- text
        line_number,
        upper(currency) as currency,
        -- numbers
        {{ read_money('amount') }} as amount,
        {{ read_number('quantity') }} as quantity,
        -- dates
        {{ read_timestamp('refunded_at') }} as refunded_at,
        -- the delivered record
        refund_id as record_key,
        {{ read_timestamp('refunded_at') }} as known_at,
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
                'amount is negative': read_number('amount') ~ ' < 0',
                'quantity is negative': read_number('quantity') ~ ' < 0',
            }
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
