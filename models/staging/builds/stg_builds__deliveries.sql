with source as (
    select * from {{ source('raw', 'deliveries') }}
),

renamed as (
    select
        source_name,
        delivered_in,
        is_new,
        filtered_rows,
        forgotten_rows
    from source
)

select * from renamed
