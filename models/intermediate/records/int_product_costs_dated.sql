with products as (
    {{ current_records(ref('stg_shop__products')) }}
),

final as (
    select
        product_id,
        unit_cost,
        coalesce(valid_from, cast('1900-01-01' as date)) as valid_from,
        coalesce(
            lead(valid_from) over (partition by product_id order by valid_from nulls first),
            cast('9999-12-31' as date)
        ) as valid_before
    from products
    where unit_cost is not null
)

select * from final
