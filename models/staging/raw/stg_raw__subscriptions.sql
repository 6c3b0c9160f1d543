with source as (
    select * from {{ source('raw', 'subscriptions') }}
),

renamed as (
    select
        -- ids
        subscription_id,
        customer_id,
        -- text
        plan,
        upper(currency) as currency,
        -- numbers
        {{ read_money('monthly_amount') }} as monthly_amount,
        -- dates
        {{ read_timestamp('started_at') }} as started_at,
        {{ read_timestamp('ended_at') }} as ended_at,
        -- the delivered record
        subscription_id as record_key,
        {{ read_timestamp('started_at') }} as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['subscription_id', 'customer_id', 'started_at', 'monthly_amount'],
            numbers=['monthly_amount'],
            timestamps=['started_at', 'ended_at'],
            event='started_at',
            rules={
                'monthly_amount is negative': read_number('monthly_amount') ~ ' < 0',
                'ended_at lies before started_at': '(' ~ read_timestamp('ended_at') ~ ') < (' ~ read_timestamp('started_at') ~ ')',
            }
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
