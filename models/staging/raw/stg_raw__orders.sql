with source as (
    select * from {{ source('raw', 'orders') }}
),

renamed as (
    select
        -- ids
        order_id,
        customer_id,
        -- text
        lower(status) as status,
        upper(currency) as currency,
        sales_channel,
        country,
        email,
        -- numbers
        {{ read_money('amount') }} as amount,
        {{ read_money('discount_amount') }} as discount_amount,
        {{ read_money('shipping_amount') }} as shipping_amount,
        {{ read_money('tax_amount') }} as tax_amount,
        -- dates
        {{ read_timestamp('ordered_at') }} as ordered_at,
        {{ read_timestamp('updated_at') }} as updated_at,
        -- the delivered record
        order_id as record_key,
        {{ read_timestamp('ordered_at') }} as known_at,
        {{ read_timestamp('updated_at') }} as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['order_id', 'ordered_at'],
            numbers=['amount', 'discount_amount', 'shipping_amount', 'tax_amount'],
            timestamps=['ordered_at', 'updated_at'],
            event='ordered_at',
            rules={'discount_amount is negative': read_number('discount_amount') ~ ' < 0'}
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
