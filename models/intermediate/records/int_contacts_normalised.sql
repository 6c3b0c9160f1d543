{% set traits = ['first_name', 'last_name', 'birth_date'] %}
with identified as (
    select *
    from {{ ref('int_contacts_delivered') }}
    where source_customer_id is not null and not is_nobody
),

phones as (
    select
        {% for trait in traits %}
        min({{ trait }}) over (partition by phone) <> max({{ trait }}) over (partition by phone) as is_contradicted_{{ trait }},
        {% endfor %}
        *
    from identified
    where phone is not null and not is_placeholder_phone
),

contacts as (
    select
        source_customer_id,
        is_guest,
        cast(null as {{ dbt.type_string() }}) as contact_kind,
        cast(null as {{ dbt.type_string() }}) as contact,
        known_on
    from identified
    {% if 'email' in var('merge_people_by') %}
    union all
    select
        source_customer_id,
        is_guest,
        'email' as contact_kind,
        email as contact,
        known_on
    from identified
    where email is not null and not is_placeholder_email
    {% endif %}
    {% if 'phone' in var('merge_people_by') %}
    union all
    -- where those of one phone have other names or birthdays, it ties those alone who are told to be the same
    select
        source_customer_id,
        is_guest,
        'phone' as contact_kind,
        phone
        {% for trait in traits %}
        || case when is_contradicted_{{ trait }} then '|' || coalesce({{ trait }}, source_customer_id) else '' end
        {% endfor %}
            as contact,
        known_on
    from phones
    {% endif %}
),

final as (
    select
        source_customer_id,
        is_guest,
        contact_kind,
        case when contact is not null then {{ dbt.hash('contact') }} end as contact_hash,
        min(known_on) as known_on
    from contacts
    group by source_customer_id, is_guest, contact_kind, contact
)

select * from final
