with source as (
    select * from {{ source('raw', 'built_dates') }}
),

renamed as (
    select
        valued_at,
        valued_on,
        is_backtested,
        is_in_history,
        fingerprint
    from source
)

select * from renamed
