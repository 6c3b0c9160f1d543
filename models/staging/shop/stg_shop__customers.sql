with source as (
    select * from {{ source('raw', 'customers') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_timestamp('created_at') }} as created_at_read,
        {{ read_date('birth_date') }} as birth_date_read,
        {{ read_timestamp('loyalty_joined_at') }} as loyalty_joined_at_read
    from source
),

renamed as (
    select
        -- ids
        {{ known_customer('customer_id') }} as customer_id,
        -- text
        email,
        phone,
        first_name,
        last_name,
        country,
        {{ name_key('acquisition_channel') }} as acquisition_channel,
        {{ name_key('acquisition_campaign') }} as acquisition_campaign,
        acquisition_channel as channel_written,
        acquisition_campaign as campaign_written,
        -- dates
        created_at_read as created_at,
        birth_date_read as birth_date,
        loyalty_joined_at_read as loyalty_joined_at,
        -- the delivered record
        {{ read_id('customer_id') }} as record_key,
        created_at_read as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['customer_id'],
            timestamps=['created_at', 'birth_date', 'loyalty_joined_at']
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
