with source as (
    select * from {{ source('raw', 'survey_responses') }}
),

renamed as (
    select
        -- ids
        customer_id,
        -- numbers
        {{ read_number('score') }} as score,
        -- dates
        {{ read_timestamp('responded_at') }} as responded_at,
        -- the delivered record
        {{ record_key(['customer_id', read_timestamp('responded_at')]) }} as record_key,
        {{ read_timestamp('responded_at') }} as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['customer_id', 'responded_at', 'score'],
            numbers=['score'],
            timestamps=['responded_at'],
            event='responded_at',
            rules={'score is not between 0 and 10': '(' ~ read_number('score') ~ ') not between 0 and 10'}
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
