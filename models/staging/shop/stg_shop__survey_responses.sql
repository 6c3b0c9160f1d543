with source as (
    select * from {{ source('raw', 'survey_responses') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_number('score') }} as score_read,
        {{ read_timestamp('responded_at') }} as responded_at_read
    from source
),

renamed as (
    select
        -- ids
        {{ known_customer('customer_id') }} as customer_id,
        -- numbers
        score_read as score,
        -- dates
        responded_at_read as responded_at,
        -- the delivered record
        {{ record_key([read_id('customer_id'), 'responded_at_read']) }} as record_key,
        responded_at_read as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['customer_id', 'responded_at', 'score'],
            numbers=['score'],
            timestamps=['responded_at'],
            event='responded_at',
            rules={'score is not between 0 and 10': 'score_read not between 0 and 10'}
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
