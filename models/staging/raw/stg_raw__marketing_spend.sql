with source as (
    select * from {{ source('raw', 'marketing_spend') }}
),

renamed as (
    select
        -- text
        channel,
        campaign,
        upper(currency) as currency,
        -- numbers
        {{ read_money('amount') }} as amount,
        -- dates
        {{ read_date('spend_date') }} as spend_date,
        -- the delivered record
        {{ record_key([read_date('spend_date'), 'channel', 'campaign']) }} as record_key,
        {{ read_timestamp('spend_date') }} as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        0 as version_row,
        {{ rejection_reason(
            required=['spend_date', 'amount'],
            numbers=['amount'],
            timestamps=['spend_date'],
            event='spend_date'
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
