with source as (
    select * from {{ source('raw', 'built_identities') }}
),

renamed as (
    select
        source_customer_id,
        customer_id
    from source
)

select * from renamed
