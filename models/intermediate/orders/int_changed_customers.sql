{% set built_orders = left_by_last_build('int_orders_sequenced') %}
{% set columns = [
    'order_id', 'is_counted_status', 'is_fully_refunded', 'is_counted', 'revenue_before_refunds', 'refund_amount', 'net_revenue',
    'cogs_before_refunds', 'cogs', 'gross_margin', 'margin_basis', 'ordered_at', 'order_date',
] %}
with identities as (
    select * from {{ ref('int_identities_resolved') }}
),

built_identities as (
    select * from {{ ref('stg_builds__identities') }}
),

orders as (
    select
        identities.customer_id,
        {{ prefixed('orders.', columns) | join(', ') }}
    from {{ ref('int_orders_valued') }} as orders
    left join identities
        on orders.source_customer_id = identities.source_customer_id
    where
        orders.valued_at = {{ valued_now() }}
        and orders.order_id in (select changed.order_id from {{ ref('int_changed_orders') }} as changed)
),

moved as (
    select
        identities.customer_id,
        built_identities.customer_id as built_customer_id
    from identities
    full outer join built_identities
        on identities.source_customer_id = built_identities.source_customer_id
    where coalesce(identities.customer_id <> built_identities.customer_id, true)
),

{% if built_orders %}
built_orders as (
    select customer_id, {{ columns | join(', ') }}
    from {{ built_orders }}
    where order_id in (select changed.order_id from {{ ref('int_changed_orders') }} as changed)
),

-- of the orders that changed, what they are and what they were, where that is not the same
came as (
    select * from orders
    except
    select * from built_orders
),

went as (
    select * from built_orders
    except
    select * from orders
),
{% else %}
came as (
    select * from orders
),

went as (
    select * from orders
),
{% endif %}

changed as (
    select customer_id from came
    union
    select customer_id from went
    union
    select customer_id from moved
    union
    select built_customer_id from moved
    union
    -- and of a document what its worth doesn't tell
    select customer_id
    from orders
    where order_id in (select changed.order_id from {{ ref('int_changed_documents') }} as changed)
),

final as (
    select customer_id
    from changed
    where customer_id is not null
)

select * from final
