{% set built_orders = left_by_last_build('int_orders_sequenced') %}
with identities as (
    select * from {{ ref('int_identities_resolved') }}
),

built_identities as (
    select * from {{ ref('stg_builds__identities') }}
),

orders as (
    select *
    from {{ ref('int_orders_attributed') }}
    where order_id in (select changed.order_id from {{ ref('int_changed_orders') }} as changed)
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
{% set columns = adapter.get_columns_in_relation(built_orders) | map(attribute='name') | reject('equalto', 'customer_order_number') | join(', ') %}
built_orders as (
    select {{ columns }}
    from {{ built_orders }}
    where order_id in (select changed.order_id from {{ ref('int_changed_orders') }} as changed)
),

-- of the orders that changed, what they are and what they were, where that is not the same
came as (
    select {{ columns }} from orders
    except
    select {{ columns }} from built_orders
),

went as (
    select {{ columns }} from built_orders
    except
    select {{ columns }} from orders
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
),

final as (
    select customer_id
    from changed
    where customer_id is not null
)

select * from final
