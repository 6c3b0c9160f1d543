with recursive linked as (
    select * from {{ ref('int_customer_links_found') }}
),

ids as (
    select distinct
        source_customer_id,
        is_guest
    from {{ ref('int_contacts_normalised') }}
),

{{ people_of_links([]) }},

matches as (
    select
        from_id as source_customer_id,
        case when min(contact_kind) <> max(contact_kind) then 'email and phone' else min(contact_kind) end as matched_by
    from linked
    group by from_id
),

final as (
    select
        ids.source_customer_id,
        coalesce(people.customer_id, ids.source_customer_id) as customer_id,
        ids.is_guest,
        coalesce(people.identity_size, 1) as identity_size,
        matches.matched_by
    from ids
    left join people
        on ids.source_customer_id = people.source_customer_id
    left join matches
        on ids.source_customer_id = matches.source_customer_id
)

select * from final
