{{ config(materialized='view') }}

{% set columns = [
    'source_customer_id', 'is_counted', 'is_counted_status', 'net_revenue', 'gross_margin', 'margin_basis', 'ordered_at', 'order_date',
] %}
with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

orders as (
    select * from {{ ref('int_orders_valued') }}
),

states as (
    select * from {{ ref('int_order_states_noted') }}
),

revised as (
    select * from {{ ref('int_revised_customers') }}
),

linked as (
    select * from {{ ref('int_people_linked') }}
),

-- of who was revised, orders at a past date are as they are now, but for those that were others then
known_then as (
    select
        dates.valued_at,
        {{ prefixed('orders.', columns) | join(', ') }}
    from orders
    inner join dates
        on orders.order_date <= dates.valued_at
    left join states
        on
            dates.valued_at = states.valued_at
            and orders.order_id = states.order_id
    where
        dates.valued_at <> {{ valued_now() }} and orders.valued_at = {{ valued_now() }}
        and orders.source_customer_id in (select revised.source_customer_id from revised)
        and states.order_id is null and not {{ is_settled_note('orders') }}
    union all
    select
        dates.valued_at,
        {{ prefixed('orders.', columns) | join(', ') }}
    from orders
    inner join dates
        on orders.valued_at = dates.valued_at
    where not {{ is_settled_note('orders') }}
),

final as (
    select
        known_then.*,
        coalesce(linked.customer_id, known_then.source_customer_id) as customer_id
    from known_then
    left join linked
        on
            known_then.valued_at = linked.valued_at
            and known_then.source_customer_id = linked.source_customer_id
    where known_then.source_customer_id in (
        select contacts.source_customer_id from {{ ref('int_contacts_normalised') }} as contacts
    )
)

select * from final
