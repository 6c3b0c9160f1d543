with source as (
    select * from {{ source('raw', 'last_build') }}
),

renamed as (
    select
        known_before
    from source
)

select * from renamed
