with source as (
    select * from {{ source('raw', 'refunds') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_money('amount') }} as amount_read,
        {{ read_number('quantity') }} as quantity_read,
        {{ read_money('tax_amount') }} as tax_amount_read,
        {{ read_money('shipping_amount') }} as shipping_amount_read,
        {{ read_boolean('keeps_goods') }} as keeps_goods_read,
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
        tax_amount_read as tax_amount,
        shipping_amount_read as shipping_amount,
        -- booleans
        keeps_goods_read as keeps_goods,
        -- dates
        refunded_at_read as refunded_at,
        -- the delivered record
        {{ record_key([read_id('refund_id'), 'line_number', read_id('order_id')]) }} as record_key,
        refunded_at_read as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        -- parts of a refund that name no line stay together; of equal ones of a delivery one counts
        case
            when line_number is null
                then 1 - row_number() over (
                    partition by
                        delivered_in, {{ read_id('refund_id') }}, {{ read_id('order_id') }}, line_number, refunded_at_read,
                        amount_read, quantity_read, tax_amount_read, shipping_amount_read, keeps_goods_read, upper(currency)
                    order by delivered_row
                )
            else delivered_row
        end as version_row,
        {{ rejection_reason(
            required=['refund_id', 'order_id', 'refunded_at', 'amount'],
            numbers=['amount', 'quantity', 'tax_amount', 'shipping_amount'],
            money=['amount', 'tax_amount', 'shipping_amount'],
            currency='upper(currency)',
            timestamps=['refunded_at'],
            event='refunded_at',
            rules={
                'amount is negative': 'amount_read < 0',
                'quantity is negative': 'quantity_read < 0',
                'keeps_goods is neither true nor false': 'keeps_goods is not null and keeps_goods_read is null',
            }
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
