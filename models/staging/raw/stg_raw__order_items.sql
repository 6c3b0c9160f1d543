with source as (
    select * from {{ source('raw', 'order_items') }}
),

renamed as (
    select
        -- ids
        order_id,
        product_id,
        customer_id,
        -- text
        line_number,
        lower(status) as status,
        upper(currency) as currency,
        sales_channel,
        country,
        email,
        -- numbers
        {{ read_number('quantity') }} as quantity,
        {{ read_number('unit_price') }} as unit_price,
        {{ read_money('discount_amount') }} as discount_amount,
        {{ read_number('unit_cost') }} as unit_cost,
        -- dates
        {{ read_timestamp('ordered_at') }} as ordered_at,
        -- the delivered record
        case
            when line_number is null then order_id
            else {{ record_key(['order_id', 'line_number']) }}
        end as record_key,
        {{ read_timestamp('ordered_at') }} as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        case when line_number is null then 0 else delivered_row end as version_row,
        {{ rejection_reason(
            required=['order_id', 'quantity', 'unit_price'],
            numbers=['quantity', 'unit_price', 'discount_amount', 'unit_cost'],
            timestamps=['ordered_at'],
            event='ordered_at',
            rules={
                'quantity times unit_price is beyond 1e12':
                    'abs((' ~ read_number('quantity') ~ ') * (' ~ read_number('unit_price') ~ ')) > 1e12',
                'unit_cost is negative': read_number('unit_cost') ~ ' < 0',
                'discount_amount is negative': read_number('discount_amount') ~ ' < 0',
            }
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
