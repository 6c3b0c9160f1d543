with source as (
    select * from {{ source('raw', 'built_cutoffs') }}
),

renamed as (
    select
        cutoff_date,
        fingerprint
    from source
)

select * from renamed
