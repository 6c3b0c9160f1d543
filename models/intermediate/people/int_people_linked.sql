with contacts as (
    select * from {{ ref('int_contacts_shared') }}
),

people as (
    select distinct
        id_number,
        person_number
    from {{ ref('int_contacts_connected') }}
),

ids as (
    select
        contacts.valued_at,
        contacts.source_customer_id,
        contacts.is_guest,
        people.person_number,
        case
            when min(contacts.contact_kind) <> max(contacts.contact_kind) then 'email and phone'
            else min(contacts.contact_kind)
        end as matched_by
    from contacts
    inner join people
        on contacts.id_number = people.id_number
    group by contacts.valued_at, contacts.source_customer_id, contacts.is_guest, people.person_number
),

-- the person is called by the first account id in binary order, or guest id where there is no account
named as (
    select
        valued_at,
        source_customer_id,
        coalesce(
            min(case when not is_guest then source_customer_id end) over (partition by person_number),
            min(source_customer_id) over (partition by person_number)
        ) as customer_id,
        count(*) over (partition by person_number) as identity_size,
        matched_by
    from ids
),

-- so many ids are no person, whatever ties them
final as (
    select * from named where identity_size <= {{ var('max_ids_per_person') }}
)

select * from final
