with contacts as (
    select * from {{ ref('int_contacts_normalised') }}
    where contact_hash is not null
),

-- a contact of many ids (a shop's own address, a placeholder) is nobody's
identifying as (
    select
        contact_hash,
        min(source_customer_id) as first_id
    from contacts
    group by contact_hash
    having count(*) between 2 and {{ var('max_ids_per_contact') }}
),

links as (
    select
        contacts.source_customer_id,
        identifying.first_id,
        contacts.contact_kind
    from contacts
    inner join identifying
        on contacts.contact_hash = identifying.contact_hash
    where contacts.source_customer_id <> identifying.first_id
),

final as (
    select
        source_customer_id as from_id,
        first_id as to_id,
        contact_kind
    from links
    union
    select
        first_id as from_id,
        source_customer_id as to_id,
        contact_kind
    from links
)

select * from final
