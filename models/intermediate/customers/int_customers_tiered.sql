with customers as (
    select * from {{ ref('int_customers_valued') }}
),

ranked as (
    select
        customer_id,
        row_number() over (order by {{ value_order() }}) as value_rank,
        count(*) over () as customers
    from customers
),

final as (
    select
        customer_id,
        value_rank,
        {{ value_tier('value_rank', 'customers') }} as value_tier
    from ranked
)

select * from final
