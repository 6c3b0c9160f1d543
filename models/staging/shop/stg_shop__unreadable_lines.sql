with source as (
    select * from {{ source('raw', 'unreadable_lines') }}
),

renamed as (
    select
        source_name,
        delivered_in,
        reason,
        raw_line
    from source
)

select * from renamed
