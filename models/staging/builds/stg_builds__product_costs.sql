with source as (
    select * from {{ source('raw', 'built_product_costs') }}
),

renamed as (
    select
        product_id,
        unit_cost,
        valid_from,
        valid_before
    from source
)

select * from renamed
