with recursive links as (
    select * from {{ ref('int_customer_links_found') }}
),

ids as (
    select distinct
        source_customer_id,
        is_guest
    from {{ ref('int_contacts_normalised') }}
),

-- every id that can be reached over shared contacts is the same person
reachable as (
    select
        from_id,
        to_id
    from links
    union
    select
        reachable.from_id,
        links.to_id
    from reachable
    inner join links
        on reachable.to_id = links.from_id
),

-- the person is called by the first account id, or guest id where there is no account
resolved as (
    select
        reachable.from_id as source_customer_id,
        coalesce(min(case when not ids.is_guest then reachable.to_id end), min(reachable.to_id)) as customer_id,
        count(*) as identity_size
    from reachable
    inner join ids
        on reachable.to_id = ids.source_customer_id
    group by reachable.from_id
),

matches as (
    select
        from_id as source_customer_id,
        case when min(contact_kind) <> max(contact_kind) then 'email and phone' else min(contact_kind) end as matched_by
    from links
    group by from_id
),

final as (
    select
        ids.source_customer_id,
        coalesce(resolved.customer_id, ids.source_customer_id) as customer_id,
        ids.is_guest,
        coalesce(resolved.identity_size, 1) as identity_size,
        matches.matched_by
    from ids
    left join resolved
        on ids.source_customer_id = resolved.source_customer_id
    left join matches
        on ids.source_customer_id = matches.source_customer_id
)

select * from final
