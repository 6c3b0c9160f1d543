with accounts as (
    {{ current_records(ref('stg_raw__customers')) }}
),

orders as (
    select
        source_customer_id,
        email
    from {{ ref('int_orders_checked') }}
    where is_known and rejection_reason is null
),

delivered as (
    select
        customer_id as source_customer_id,
        {{ normalised_email('email') }} as email,
        {{ normalised_phone('phone') }} as phone
    from accounts

    union

    select
        source_customer_id,
        {{ normalised_email('email') }} as email,
        null as phone
    from orders
),

-- a guest is known by the email alone
identified as (
    select
        coalesce(source_customer_id, {{ guest_id('email') }}) as source_customer_id,
        source_customer_id is null as is_guest,
        email,
        phone
    from delivered
    where source_customer_id is not null or email is not null
),

final as (
    select
        source_customer_id,
        is_guest,
        cast(null as {{ dbt.type_string() }}) as contact_kind,
        cast(null as {{ dbt.type_string() }}) as contact_hash
    from identified

    union

    select
        source_customer_id,
        is_guest,
        'email' as contact_kind,
        {{ dbt.hash('email') }} as contact_hash
    from identified
    where email is not null

    union

    select
        source_customer_id,
        is_guest,
        'phone' as contact_kind,
        {{ dbt.hash('phone') }} as contact_hash
    from identified
    where phone is not null
)

select * from final
