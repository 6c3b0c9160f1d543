with accounts as (
    select * from {{ ref('int_account_versions') }} where version_status = 'current'
),

orders as (
    select
        source_customer_id,
        is_guest,
        email,
        min(order_date) as known_on,
        count(*) - count(superseded_version) as orders
    from {{ ref('int_orders_checked') }}
    where is_known and rejection_reason is null
    group by source_customer_id, is_guest, email
),

delivered as (
    select
        customer_id as source_customer_id,
        false as is_guest,
        {{ normalised_email('email') }} as email,
        {{ normalised_phone('phone') }} as phone,
        lower(trim(first_name)) as first_name,
        lower(trim(last_name)) as last_name,
        cast(birth_date as {{ dbt.type_string() }}) as birth_date,
        {{ reporting_date('created_at') }} as known_on,
        0 as orders
    from accounts
    where customer_id is not null
    union all
    select
        source_customer_id,
        is_guest,
        email,
        null as phone,
        null as first_name,
        null as last_name,
        null as birth_date,
        known_on,
        orders
    from orders
    where orders > 0
),

final as (
    select
        source_customer_id,
        is_guest,
        email,
        phone,
        first_name,
        last_name,
        birth_date,
        -- what tells no day was always known
        coalesce(known_on, cast('1900-01-01' as date)) as known_on,
        orders,
        {{ is_placeholder('email') }} as is_placeholder_email,
        {{ is_placeholder('phone') }} as is_placeholder_phone,
        -- an address of so many orders is a till's or a marketplace's
        is_guest and orders > {{ var('max_orders_per_guest') }} as is_nobody
    from delivered
)

select * from final
