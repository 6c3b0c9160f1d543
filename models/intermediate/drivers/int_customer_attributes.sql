with customers as (
    select *
    from {{ ref('int_customer_segments') }}
    where cohort <> 'none'
),

known as (
    select * from {{ ref('int_customers_known') }}
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
        max(case when customer_order_number = 1 and discount_amount > 0 then 1 else 0 end) as discounted_first_orders
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
        -- the first of January 1900 was a Monday
        case mod({{ dbt.datediff("cast('1900-01-01' as date)", 'known.first_order_date', 'day') }}, 7)
            {% for weekday in ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] %}
            when {{ loop.index0 }} then '{{ weekday }}'
            {% endfor %}
            else 'Sunday'
        end as first_order_weekday,
        case when loyalty_members.customer_id is not null then 'member' else 'no member' end as loyalty,
        coalesce(responses.score_band, 'no answer') as survey_score,
        coalesce(responses.nps_band, 'no answer') as nps_band,
        -- whole years since the first order, and orders
        cast(cast(least(floor(known.days_since_first_order / 365.25e0), 3) as integer) as {{ dbt.type_string() }})
        || ' / ' || case
            {% for fewest, most in [(26, none), (16, 25), (11, 15), (8, 10), (6, 7)] %}
            when known.order_count >= {{ fewest }} then '{{ fewest }} {{ 'and more' if most is none else 'to ' ~ most }}'
            {% endfor %}
            else cast(known.order_count as {{ dbt.type_string() }})
        end as age_and_orders,
        valued.clv_36m
    from customers
    inner join known on customers.customer_id = known.customer_id
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
