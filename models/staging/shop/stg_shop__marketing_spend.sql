with source as (
    select * from {{ source('raw', 'marketing_spend') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_money('amount') }} as amount_read,
        {{ read_date('spend_date') }} as spend_date_read
    from source
),

renamed as (
    select
        -- text
        {{ name_key('channel') }} as channel,
        {{ name_key('campaign') }} as campaign,
        channel as channel_written,
        campaign as campaign_written,
        upper(currency) as currency,
        -- numbers
        amount_read as amount,
        -- dates
        spend_date_read as spend_date,
        -- the delivered record
        {{ record_key(['spend_date_read', 'channel', 'campaign']) }} as record_key,
        {{ start_of_reporting_date('spend_date_read') }} as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        0 as version_row,
        {{ rejection_reason(
            required=['spend_date', 'amount'],
            numbers=['amount'],
            money=['amount'],
            timestamps=['spend_date'],
            event='spend_date'
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
