with customers as (
    select *
    from {{ ref('int_customer_segments') }}
    where cohort <> 'none'
),

valued as (
    select * from {{ ref('int_customers_valued') }} where valued_at = {{ valued_now() }}
),

orders as (
    select *
    from {{ ref('int_orders_sequenced') }}
    where customer_id is not null
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

loyalty_members as (
    select * from {{ ref('int_loyalty_members') }}
),

responses as (
    select * from {{ ref('int_survey_responses') }}
),

-- the category that most of the first order's money went to
ranked_categories as (
    select
        orders.customer_id,
        coalesce(products.category, 'unknown') as category,
        row_number() over (
            partition by orders.customer_id
            order by sum(lines.net_item_revenue) desc, coalesce(products.category, 'unknown') asc
        ) as category_rank
    from orders
    inner join lines
        on orders.order_id = lines.order_id
    left join products
        on
            lines.product_id = products.product_id
            and products.recency = 1
    where orders.customer_order_number = 1
    group by orders.customer_id, coalesce(products.category, 'unknown')
),

summed as (
    select
        customer_id,
        max(case when customer_order_number = 1 then device end) as first_device,
        max(case when customer_order_number = 1 and discount_amount > 0 then 1 else 0 end) as discounted_first_orders,
        sum(case when is_counted then 1 else 0 end) as orders,
        sum(case when is_counted and discount_amount > 0 then 1 else 0 end) as discounted_orders,
        -- what a credit note took back stands in the orders
        sum(case when is_counted_status and revenue_before_refunds >= 0 then refund_amount else 0 end) as refund_amount,
        sum(case when is_counted_status and revenue_before_refunds >= 0 then revenue_before_refunds else 0 end)
            as revenue_before_refunds
    from orders
    group by customer_id
),

final as (
    select
        customers.customer_id,
        customers.channel,
        customers.country,
        coalesce(summed.first_device, 'unknown') as device,
        coalesce(categories.category, 'unknown') as first_category,
        case when summed.discounted_first_orders > 0 then 'yes' else 'no' end as first_order_discount,
        case
            when summed.discounted_orders = 0 then 'always'
            when summed.discounted_orders < summed.orders then 'sometimes'
            else 'never'
        end as full_price,
        case
            when summed.refund_amount <= 0 then 'none'
            when 10 * summed.refund_amount < summed.revenue_before_refunds then 'below 0.1'
            when 2 * summed.refund_amount < summed.revenue_before_refunds then '0.1 to 0.5'
            else '0.5 and more'
        end as refund_rate,
        case when loyalty_members.customer_id is not null then 'member' else 'no member' end as loyalty,
        coalesce(responses.score_band, 'no answer') as survey_score,
        coalesce(responses.nps_band, 'no answer') as nps_band,
        valued.total_clv
    from customers
    inner join valued on customers.customer_id = valued.customer_id
    inner join summed on customers.customer_id = summed.customer_id
    left join ranked_categories as categories
        on
            customers.customer_id = categories.customer_id
            and categories.category_rank = 1
    left join loyalty_members on customers.customer_id = loyalty_members.customer_id
    left join responses on customers.customer_id = responses.customer_id
)

select * from final
