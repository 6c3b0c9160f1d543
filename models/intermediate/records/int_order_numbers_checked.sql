{{ config(materialized='view') }}

with delivered as (
    select
        'orders' as source_name,
        order_id,
        customer_id,
        lower(email) as email,
        coalesce(amount, total_amount) as amount,
        {{ reporting_date('ordered_at') }} as order_date,
        version_written_at,
        delivered_in,
        delivered_row
    from {{ ref('int_orders_versioned') }}
    -- the other rows of an order in a delivery may leave the customer blank
    where version_status <> 'rejected' and ordered_at is not null and (customer_id is not null or merged_into is null)
    union all
    select
        'order_items' as source_name,
        order_id,
        customer_id,
        null as email,
        null as amount,
        {{ reporting_date('ordered_at') }} as order_date,
        version_written_at,
        delivered_in,
        delivered_row
    from {{ ref('stg_shop__order_items') }}
    where rejection_reason is null and customer_id is not null and ordered_at is not null
),

numbers as (
    select
        source_name,
        order_id,
        coalesce(
            min(customer_id) <> max(customer_id)
            or min(email) <> max(email)
            or (min(order_date) <> max(order_date) and min(amount) <> max(amount)), false
        ) as may_be_others
    from delivered
    group by source_name, order_id
),

-- few orders change so much, so that few are sorted
ordered as (
    select
        delivered.*,
        lag(delivered.customer_id) over (
            partition by delivered.source_name, delivered.order_id
            order by delivered.version_written_at asc nulls first, delivered.delivered_in asc, delivered.delivered_row asc
        ) as earlier_customer_id,
        lag(delivered.email) over (
            partition by delivered.source_name, delivered.order_id
            order by delivered.version_written_at asc nulls first, delivered.delivered_in asc, delivered.delivered_row asc
        ) as earlier_email,
        lag(delivered.order_date) over (
            partition by delivered.source_name, delivered.order_id
            order by delivered.version_written_at asc nulls first, delivered.delivered_in asc, delivered.delivered_row asc
        ) as earlier_order_date,
        lag(delivered.amount) over (
            partition by delivered.source_name, delivered.order_id
            order by delivered.version_written_at asc nulls first, delivered.delivered_in asc, delivered.delivered_row asc
        ) as earlier_amount
    from delivered
    inner join numbers
        on
            delivered.source_name = numbers.source_name
            and delivered.order_id = numbers.order_id
            and numbers.may_be_others
),

-- a later version may correct the customer, the day or the amount; what changes the customer and one of the others at once is
-- most likely another order; guests are told apart by email; so is what changes both, where neither is told of both
others as (
    select distinct
        source_name,
        order_id
    from ordered
    where
        case
            when customer_id is not null and earlier_customer_id is not null
                then customer_id <> earlier_customer_id and (order_date <> earlier_order_date or amount <> earlier_amount)
            when email is not null and earlier_email is not null
                then email <> earlier_email and (order_date <> earlier_order_date or amount <> earlier_amount)
            else order_date <> earlier_order_date and amount <> earlier_amount
        end
),

final as (
    select
        numbers.source_name,
        numbers.order_id,
        others.order_id is not null as is_other_order
    from numbers
    left join others
        on
            numbers.source_name = others.source_name
            and numbers.order_id = others.order_id
)

select * from final
