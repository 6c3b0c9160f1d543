with orders as (
    select * from {{ ref('stg_shop__orders') }} where is_customer_anonymous
),

delivered as (
    select * from {{ ref('int_contacts_delivered') }}
),

contacts as (
    select * from {{ ref('int_contacts_normalised') }} where contact_hash is not null
),

shared as (
    select * from {{ ref('int_contacts_shared') }} where valued_at = {{ valued_now() }}
),

linked as (
    select * from {{ ref('int_people_linked') }} where valued_at = {{ valued_now() }}
),

crowded_contacts as (
    select
        contact_hash,
        count(*) as ids
    from contacts
    group by contact_hash
    having count(*) > {{ var('max_ids_per_contact') }}
),

crowded_ids as (
    select
        source_customer_id,
        count(*) as contacts
    from contacts
    group by source_customer_id
    having count(*) > {{ var('max_contacts_per_id') }}
),

contradicted as (
    select
        phone,
        count(distinct source_customer_id) as ids
    from delivered
    where not is_placeholder_phone
    group by phone
    having
        min(first_name) <> max(first_name)
        or min(last_name) <> max(last_name)
        or min(birth_date) <> max(birth_date)
),

counted as (
    select
        'a customer id that names nobody' as reason,
        'anonymous_customer_ids' as set_by,
        count(distinct customer_id_as_delivered) as customer_ids,
        0 as contacts,
        count(distinct order_id) as orders
    from orders
    union all
    select
        'a placeholder email or phone',
        'placeholder_contacts',
        count(distinct source_customer_id),
        count(distinct case when is_placeholder_email then email end)
        + count(distinct case when is_placeholder_phone then phone end),
        coalesce(sum(case when source_customer_id is null then orders end), 0)
    from delivered
    where is_placeholder_email or is_placeholder_phone
    union all
    select
        'a guest email of many orders',
        'max_orders_per_guest',
        count(*),
        count(*),
        coalesce(sum(orders), 0)
    from delivered
    where is_nobody
    union all
    select
        'a phone of different names or birth dates',
        'merge_people_by',
        coalesce(sum(ids), 0),
        count(*),
        0
    from contradicted
    where {{ 'phone' in var('merge_people_by') }}
    union all
    select
        'an email or phone of many ids',
        'max_ids_per_contact',
        coalesce(sum(ids), 0),
        count(*),
        0
    from crowded_contacts
    union all
    select
        'an id of many emails and phones',
        'max_contacts_per_id',
        count(*),
        coalesce(sum(contacts), 0),
        0
    from crowded_ids
    union all
    select
        'a person of many ids',
        'max_ids_per_person',
        count(distinct shared.source_customer_id),
        count(distinct shared.contact_hash),
        0
    from shared
    left join linked
        on shared.source_customer_id = linked.source_customer_id
    where linked.source_customer_id is null
),

final as (
    select
        reason,
        set_by,
        cast(customer_ids as bigint) as customer_ids,
        cast(contacts as bigint) as contacts,
        cast(orders as bigint) as orders
    from counted
    where customer_ids > 0 or contacts > 0 or orders > 0
)

select * from final
