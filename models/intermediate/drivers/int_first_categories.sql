with first_orders as (
    select
        customer_id,
        order_id
    from {{ ref('int_orders_sequenced') }}
    where customer_order_number = 1
),

lines as (
    select * from {{ ref('int_order_lines_valued') }} where superseded_version is null
),

-- of a product's rows the latest that tells the category
products as (
    select
        product_id,
        category,
        row_number() over (partition by product_id order by valid_from desc nulls last) as recency
    from ({{ current_records(ref('stg_shop__products')) }}) as products
    where category is not null
),

categories as (
    select
        first_orders.customer_id,
        coalesce(products.category, 'unknown') as category,
        sum(lines.net_item_revenue) as net_item_revenue
    from first_orders
    inner join lines
        on first_orders.order_id = lines.order_id
    left join products
        on
            lines.product_id = products.product_id
            and products.recency = 1
    group by first_orders.customer_id, coalesce(products.category, 'unknown')
),

-- the category that most of the first order's money went to
ranked as (
    select
        *,
        row_number() over (partition by customer_id order by net_item_revenue desc, category asc) as category_rank
    from categories
),

final as (
    select
        customer_id,
        category as first_category
    from ranked
    where category_rank = 1
)

select * from final
