with recursive contacts as (
    select * from {{ ref('int_contacts_normalised') }}
),

-- a contact of many ids (a shop's own address, a placeholder) is nobody's
identifying as (
    select
        contact_hash,
        min(source_customer_id) as first_id
    from contacts
    where contact_hash is not null
    group by contact_hash
    having count(*) between 2 and {{ var('max_ids_per_contact') }}
),

links as (
    select
        contacts.source_customer_id as from_id,
        identifying.first_id as to_id,
        contacts.contact_kind
    from contacts
    inner join identifying
        on contacts.contact_hash = identifying.contact_hash
    where contacts.source_customer_id <> identifying.first_id
),

both_ways as (
    select
        from_id,
        to_id
    from links
    union
    select
        to_id as from_id,
        from_id as to_id
    from links
),

-- every id that can be reached over shared contacts is the same person
reachable as (
    select
        from_id,
        to_id
    from both_ways
    union
    select
        reachable.from_id,
        both_ways.to_id
    from reachable
    inner join both_ways
        on reachable.to_id = both_ways.from_id
),

ids as (
    select
        source_customer_id,
        is_guest,
        count(contact_hash) as contacts
    from contacts
    group by source_customer_id, is_guest
),

-- the person is called by the first account id, or guest id where there is no account
members as (
    select
        ids.source_customer_id,
        reached.source_customer_id as member_id,
        reached.is_guest
    from reachable
    inner join ids
        on reachable.from_id = ids.source_customer_id
    inner join ids as reached
        on reachable.to_id = reached.source_customer_id
),

resolved as (
    select
        source_customer_id,
        coalesce(min(case when not is_guest then member_id end), min(member_id)) as customer_id,
        count(*) as identity_size
    from members
    group by source_customer_id
),

matched_by as (
    select
        id,
        case
            when min(contact_kind) <> max(contact_kind) then 'email and phone'
            else min(contact_kind)
        end as matched_by
    from (
        select from_id as id, contact_kind from links
        union all
        select to_id as id, contact_kind from links
    ) as linked
    group by id
),

final as (
    select
        ids.source_customer_id,
        coalesce(resolved.customer_id, ids.source_customer_id) as customer_id,
        ids.is_guest,
        coalesce(resolved.identity_size, 1) as identity_size,
        matched_by.matched_by
    from ids
    left join resolved
        on ids.source_customer_id = resolved.source_customer_id
    left join matched_by
        on ids.source_customer_id = matched_by.id
)

select * from final
