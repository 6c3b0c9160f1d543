with source as (
    select * from {{ source('raw', 'products') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_number('unit_cost', is_money=true) }} as unit_cost_read,
        {{ read_date('valid_from') }} as valid_from_read
    from source
),

renamed as (
    select
        -- ids
        {{ read_id('product_id') }} as product_id,
        -- text
        product_name,
        category,
        -- numbers
        unit_cost_read as unit_cost,
        -- dates
        valid_from_read as valid_from,
        -- the delivered record
        {{ record_key([read_id('product_id'), 'valid_from_read']) }} as record_key,
        cast(null as timestamp) as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['product_id'],
            numbers=['unit_cost'],
            money=['unit_cost'],
            currency=reporting_currency(),
            timestamps=['valid_from'],
            rules={'unit_cost is negative': 'unit_cost_read < 0', 'unit_cost is beyond 1e9': 'unit_cost_read > 1e9'}
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
