with customers as (
    select *
    from {{ ref('int_customer_segments') }}
    where cohort <> 'none'
),

valued as (
    select * from {{ ref('int_customers_valued') }} where valued_at = {{ valued_now() }}
),

orders as (
    select
        customer_id,
        max(case when customer_order_number = 1 and discount_amount > 0 then 1 else 0 end) as discounted_first_orders,
        sum(case when is_counted then 1 else 0 end) as orders,
        sum(case when is_counted and discount_amount > 0 then 1 else 0 end) as discounted_orders,
        sum(case when is_counted_status then refund_amount else 0 end) as refund_amount,
        sum(case when is_counted_status then revenue_before_refunds else 0 end) as revenue_before_refunds
    from {{ ref('int_orders_sequenced') }}
    where customer_id is not null
    group by customer_id
),

first_categories as (
    select * from {{ ref('int_first_categories') }}
),

loyalty_members as (
    select * from {{ ref('int_loyalty_members') }}
),

responses as (
    select * from {{ ref('int_survey_responses') }}
),

final as (
    select
        customers.customer_id,
        customers.channel,
        customers.country,
        coalesce(first_categories.first_category, 'unknown') as first_category,
        case when orders.discounted_first_orders > 0 then 'yes' else 'no' end as first_order_discount,
        case
            when orders.discounted_orders = 0 then 'always'
            when orders.discounted_orders < orders.orders then 'sometimes'
            else 'never'
        end as full_price,
        case
            when orders.refund_amount <= 0 then 'none'
            when 10 * orders.refund_amount < orders.revenue_before_refunds then 'below 0.1'
            when 2 * orders.refund_amount < orders.revenue_before_refunds then '0.1 to 0.5'
            else '0.5 and more'
        end as refund_rate,
        case when loyalty_members.customer_id is not null then 'member' else 'no member' end as loyalty,
        coalesce(responses.score_band, 'no answer') as survey_score,
        coalesce(responses.nps_band, 'no answer') as nps_band,
        valued.total_clv
    from customers
    inner join valued on customers.customer_id = valued.customer_id
    inner join orders on customers.customer_id = orders.customer_id
    left join first_categories on customers.customer_id = first_categories.customer_id
    left join loyalty_members on customers.customer_id = loyalty_members.customer_id
    left join responses on customers.customer_id = responses.customer_id
)

select * from final
