with dates as (
    select valued_at
    from {{ ref('int_dates_listed') }}
    where is_rebuilt
    union
    select {{ valued_now() }} as valued_at
),

contacts as (
    select * from {{ ref('int_contacts_normalised') }} where contact_hash is not null
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
        contacts.*,
        count(*) over (partition by dates.valued_at, contacts.contact_hash) as ids
    from contacts
    inner join common
        on contacts.contact_hash = common.contact_hash
    inner join dates
        on contacts.known_on <= dates.valued_at
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
