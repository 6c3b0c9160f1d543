with source as (
    select * from {{ source('raw', 'order_items') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_number('quantity') }} as quantity_read,
        {{ read_number('unit_price', is_money=true) }} as unit_price_read,
        {{ read_money('discount_amount') }} as discount_amount_read,
        {{ read_number('unit_cost', is_money=true) }} as unit_cost_read,
        {{ read_timestamp('ordered_at') }} as ordered_at_read
    from source
),

renamed as (
    select
        -- ids
        {{ read_id('order_id') }} as order_id,
        {{ read_id('product_id') }} as product_id,
        {{ known_customer('customer_id') }} as customer_id,
        -- text
        line_number,
        lower(status) as status,
        upper(currency) as currency,
        {{ name_key('sales_channel') }} as sales_channel,
        {{ name_key('device') }} as device,
        country,
        email,
        -- numbers
        quantity_read as quantity,
        unit_price_read as unit_price,
        discount_amount_read as discount_amount,
        unit_cost_read as unit_cost,
        -- dates
        ordered_at_read as ordered_at,
        -- the delivered record
        case
            when line_number is null then {{ record_key([read_id('order_id')]) }}
            else {{ record_key([read_id('order_id'), 'line_number']) }}
        end as record_key,
        ordered_at_read as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        case when line_number is null then 0 else delivered_row end as version_row,
        {{ rejection_reason(
            required=['order_id', 'quantity', 'unit_price'],
            numbers=['quantity', 'unit_price', 'discount_amount', 'unit_cost'],
            money=['unit_price', 'discount_amount', 'unit_cost'],
            currency='upper(currency)',
            timestamps=['ordered_at'],
            event='ordered_at',
            rules={
                'order_id is a word for a total': names_total('order_id'),
                'quantity times unit_price is beyond 1e15':
                    'abs(quantity_read * unit_price_read) > 1e15',
                'unit_cost is negative': 'unit_cost_read < 0',
                'quantity times unit_cost is beyond 1e15': 'abs(quantity_read * unit_cost_read) > 1e15',
                'discount_amount is negative': 'discount_amount_read < 0 and quantity_read * unit_price_read >= 0',
                'discount_amount of a returned line is positive':
                    'discount_amount_read > 0 and quantity_read * unit_price_read < 0',
            }
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
