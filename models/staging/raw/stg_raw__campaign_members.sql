with source as (
    select * from {{ source('raw', 'campaign_members') }}
),

renamed as (
    select
        -- ids
        customer_id,
        -- text
        campaign,
        variant,
        -- numbers
        {{ read_money('cost') }} as cost,
        -- dates
        {{ read_timestamp('assigned_at') }} as assigned_at,
        -- the delivered record
        {{ record_key(['campaign', 'customer_id']) }} as record_key,
        {{ read_timestamp('assigned_at') }} as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['campaign', 'customer_id', 'assigned_at', 'variant'],
            numbers=['cost'],
            timestamps=['assigned_at'],
            event='assigned_at',
            rules={'cost is negative': read_number('cost') ~ ' < 0'}
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
