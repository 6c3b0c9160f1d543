with source as (
    select * from {{ source('raw', 'subscriptions') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_money('monthly_amount') }} as monthly_amount_read,
        {{ read_timestamp('started_at') }} as started_at_read,
        {{ read_timestamp('ended_at') }} as ended_at_read,
        {{ read_billing_period('billing_period') }} as billing_period_read
    from source
),

renamed as (
    select
        -- ids
        {{ read_id('subscription_id') }} as subscription_id,
        {{ known_customer('customer_id') }} as customer_id,
        -- text
        plan,
        billing_period_read as billing_period,
        upper(currency) as currency,
        -- numbers
        monthly_amount_read as monthly_amount,
        -- dates
        started_at_read as started_at,
        ended_at_read as ended_at,
        -- the delivered record
        {{ read_id('subscription_id') }} as record_key,
        started_at_read as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['subscription_id', 'customer_id', 'started_at', 'monthly_amount'],
            numbers=['monthly_amount'],
            money=['monthly_amount'],
            timestamps=['started_at', 'ended_at'],
            event='started_at',
            rules={
                'billing_period is none of month, two months, quarter, four months, half year, year, two years, week': 'billing_period_read is null',
                'monthly_amount is negative': 'monthly_amount_read < 0',
                'ended_at lies before started_at': 'ended_at_read < started_at_read',
            }
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
