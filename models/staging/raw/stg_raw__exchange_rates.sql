with source as (
    select * from {{ source('raw', 'exchange_rates') }}
),

renamed as (
    select
        -- text
        upper(currency) as currency,
        -- numbers
        {{ read_number('rate') }} as rate,
        -- dates
        {{ read_date('rate_date') }} as rate_date,
        -- the delivered record
        {{ record_key([read_date('rate_date'), 'upper(currency)']) }} as record_key,
        cast(null as timestamp) as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['rate_date', 'currency', 'rate'],
            numbers=['rate'],
            timestamps=['rate_date'],
            rules={'rate is not between 0 and 1e6': '(' ~ read_number('rate') ~ ') <= 0 or (' ~ read_number('rate') ~ ') > 1e6'}
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
