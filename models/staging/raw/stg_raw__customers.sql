with source as (
    select * from {{ source('raw', 'customers') }}
),

renamed as (
    select
        -- ids
        customer_id,
        -- text
        email,
        phone,
        country,
        acquisition_channel,
        acquisition_campaign,
        -- dates
        {{ read_timestamp('created_at') }} as created_at,
        {{ read_date('birth_date') }} as birth_date,
        {{ read_timestamp('loyalty_joined_at') }} as loyalty_joined_at,
        -- the delivered record
        customer_id as record_key,
        cast(null as timestamp) as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['customer_id'],
            timestamps=['created_at', 'birth_date', 'loyalty_joined_at']
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
