with source as (
    select * from {{ source('raw', 'filtered_orders') }}
),

renamed as (
    select
        order_id,
        delivered_in
    from source
)

select * from renamed
