with dates as (
    select valued_at
    from {{ ref('int_dates_listed') }}
    where is_rebuilt
    union
    select {{ valued_now() }} as valued_at
),

contacts as (
    select
        *,
        row_number() over (partition by source_customer_id order by known_on, contact_hash) as contacts_so_far
    from {{ ref('int_contacts_normalised') }}
    where contact_hash is not null
),

-- an id of many contacts (a till's, a clerk's) is nobody's
crowded as (
    select
        source_customer_id,
        known_on as crowded_on
    from contacts
    where contacts_so_far = {{ var('max_contacts_per_id') + 1 }}
),

-- what one id has now was nobody else's before
common as (
    select contact_hash
    from contacts
    group by contact_hash
    having count(*) > 1
),

known as (
    select
        dates.valued_at,
        contacts.source_customer_id,
        contacts.is_guest,
        contacts.contact_kind,
        contacts.contact_hash,
        count(*) over (partition by dates.valued_at, contacts.contact_hash) as ids
    from contacts
    inner join common
        on contacts.contact_hash = common.contact_hash
    inner join dates
        on contacts.known_on <= dates.valued_at
    left join crowded
        on contacts.source_customer_id = crowded.source_customer_id
    where coalesce(crowded.crowded_on > dates.valued_at, true)
),

-- a contact of many ids (a shop's own address, a placeholder) is nobody's
shared as (
    select
        *,
        dense_rank() over (order by valued_at, source_customer_id) as id_number,
        dense_rank() over (order by valued_at, contact_hash) as contact_number
    from known
    where ids between 2 and {{ var('max_ids_per_contact') }}
),

final as (
    select
        valued_at,
        source_customer_id,
        is_guest,
        contact_kind,
        contact_hash,
        id_number,
        contact_number,
        id_number as person_number
    from shared
)

select * from final
