with source as (
    select * from {{ source('raw', 'built_exchange_rates') }}
),

renamed as (
    select
        currency,
        rate_date,
        exchange_rate
    from source
)

select * from renamed
