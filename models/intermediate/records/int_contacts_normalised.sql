with accounts as (
    select * from {{ ref('int_account_versions') }} where version_status = 'current'
),

orders as (
    select
        source_customer_id,
        email,
        min(order_date) as known_on,
        count(*) - count(superseded_version) as orders_in_force
    from {{ ref('int_orders_checked') }}
    where is_known and rejection_reason is null
    group by source_customer_id, email
),

delivered as (
    select
        customer_id as source_customer_id,
        {{ normalised_email('email') }} as email,
        {{ normalised_phone('phone') }} as phone,
        min({{ reporting_date('created_at') }}) as known_on
    from accounts
    group by customer_id, {{ normalised_email('email') }}, {{ normalised_phone('phone') }}

    union all

    select
        source_customer_id,
        {{ normalised_email('email') }} as email,
        null as phone,
        min(known_on) as known_on
    from orders
    group by source_customer_id, {{ normalised_email('email') }}
    having sum(orders_in_force) > 0
),

-- a guest is known by the email alone
identified as (
    select
        coalesce(source_customer_id, {{ guest_id('email') }}) as source_customer_id,
        source_customer_id is null as is_guest,
        email,
        phone,
        -- what tells no day was always known
        coalesce(known_on, cast('1900-01-01' as date)) as known_on
    from delivered
    where source_customer_id is not null or email is not null
),

contacts as (
    select
        source_customer_id,
        is_guest,
        cast(null as {{ dbt.type_string() }}) as contact_kind,
        cast(null as {{ dbt.type_string() }}) as contact,
        min(known_on) as known_on
    from identified
    group by source_customer_id, is_guest
    {% for kind in ['email', 'phone'] %}
    union all
    select
        source_customer_id,
        is_guest,
        '{{ kind }}' as contact_kind,
        {{ kind }} as contact,
        min(known_on) as known_on
    from identified
    where {{ kind }} is not null
    group by source_customer_id, is_guest, {{ kind }}
    {% endfor %}
),

final as (
    select
        source_customer_id,
        is_guest,
        contact_kind,
        case when contact is not null then {{ dbt.hash('contact') }} end as contact_hash,
        known_on
    from contacts
)

select * from final
