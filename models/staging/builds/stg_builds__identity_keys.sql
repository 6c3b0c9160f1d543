with source as (
    select * from {{ source('raw', 'identity_keys') }}
),

renamed as (
    select identity_key
    from source
)

select * from renamed
