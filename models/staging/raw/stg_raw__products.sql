with source as (
    select * from {{ source('raw', 'products') }}
),

renamed as (
    select
        -- ids
        product_id,
        -- text
        product_name,
        category,
        -- numbers
        {{ read_number('unit_cost') }} as unit_cost,
        -- dates
        {{ read_date('valid_from') }} as valid_from,
        -- the delivered record
        {{ record_key(['product_id', read_date('valid_from')]) }} as record_key,
        cast(null as timestamp) as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['product_id'],
            numbers=['unit_cost'],
            timestamps=['valid_from'],
            rules={'unit_cost is negative': read_number('unit_cost') ~ ' < 0'}
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
