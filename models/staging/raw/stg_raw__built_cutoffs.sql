with source as (
    select * from {{ source('raw', 'built_cutoffs') }}
),

renamed as (
    select
        cutoff_date,
        is_as_of,
        is_backtested,
        fingerprint
    from source
)

select * from renamed
