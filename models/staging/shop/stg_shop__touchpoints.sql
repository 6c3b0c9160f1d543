with source as (
    select * from {{ source('raw', 'touchpoints') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_timestamp('touched_at') }} as touched_at_read
    from source
),

renamed as (
    select
        -- ids
        {{ known_customer('customer_id') }} as customer_id,
        -- text
        {{ name_key('channel') }} as channel,
        {{ name_key('campaign') }} as campaign,
        channel as channel_written,
        campaign as campaign_written,
        -- dates
        touched_at_read as touched_at,
        -- the delivered record
        {{ record_key([read_id('customer_id'), 'touched_at_read', 'channel', 'campaign']) }} as record_key,
        touched_at_read as known_at,
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
    from read
)

select * from renamed
