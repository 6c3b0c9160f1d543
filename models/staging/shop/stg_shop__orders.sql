with source as (
    select * from {{ source('raw', 'orders') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_money('amount') }} as amount_read,
        {{ read_money('discount_amount') }} as discount_amount_read,
        {{ read_money('shipping_amount') }} as shipping_amount_read,
        {{ read_money('tax_amount') }} as tax_amount_read,
        {{ read_money('total_amount') }} as total_amount_read,
        {{ read_boolean('tax_included') }} as tax_included_read,
        {{ read_timestamp('ordered_at') }} as ordered_at_read,
        {{ read_timestamp('updated_at') }} as updated_at_read
    from source
),

renamed as (
    select
        -- ids
        {{ read_id('order_id') }} as order_id,
        {{ known_customer('customer_id') }} as customer_id,
        customer_id as customer_id_as_delivered,
        {{ names_nobody('customer_id') }} as is_customer_anonymous,
        -- text
        lower(status) as status,
        upper(currency) as currency,
        {{ name_key('sales_channel') }} as sales_channel,
        {{ name_key('device') }} as device,
        country,
        email,
        -- numbers
        amount_read as amount,
        discount_amount_read as discount_amount,
        shipping_amount_read as shipping_amount,
        tax_amount_read as tax_amount,
        total_amount_read as total_amount,
        -- booleans
        tax_included_read as tax_included,
        -- dates
        ordered_at_read as ordered_at,
        updated_at_read as updated_at,
        -- the delivered record
        {{ read_id('order_id') }} as record_key,
        ordered_at_read as known_at,
        updated_at_read as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['order_id', 'ordered_at'],
            numbers=['amount', 'discount_amount', 'shipping_amount', 'tax_amount', 'total_amount'],
            money=['amount', 'discount_amount', 'shipping_amount', 'tax_amount', 'total_amount'],
            timestamps=['ordered_at', 'updated_at'],
            event='ordered_at',
            rules={
                'order_id is a word for a total': names_total('order_id'),
                'discount_amount is negative': 'discount_amount_read < 0 and coalesce(amount_read, 0) >= 0',
                'tax_included is neither true nor false': 'tax_included is not null and tax_included_read is null',
            }
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
