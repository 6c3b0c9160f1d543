with source as (
    select * from {{ source('raw', 'exchange_rates') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_number('rate') }} as rate_read,
        {{ read_date('rate_date') }} as rate_date_read
    from source
),

renamed as (
    select
        -- text
        upper(currency) as currency,
        -- numbers
        rate_read as rate,
        -- dates
        rate_date_read as rate_date,
        -- the delivered record
        {{ record_key(['rate_date_read', 'upper(currency)']) }} as record_key,
        cast(null as timestamp) as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['rate_date', 'currency', 'rate'],
            numbers=['rate'],
            timestamps=['rate_date'],
            rules={'rate is not between 0 and 1e6': 'rate_read <= 0 or rate_read > 1e6'}
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
