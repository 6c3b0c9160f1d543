with source as (
    select * from {{ source('raw', 'touchpoints') }}
),

renamed as (
    select
        -- ids
        customer_id,
        -- text
        channel,
        campaign,
        -- dates
        {{ read_timestamp('touched_at') }} as touched_at,
        -- the delivered record
        {{ record_key(['customer_id', read_timestamp('touched_at'), 'channel', 'campaign']) }} as record_key,
        {{ read_timestamp('touched_at') }} as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['customer_id', 'touched_at', 'channel'],
            timestamps=['touched_at'],
            event='touched_at'
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
