with recursive cutoffs as (
    select valued_at as cutoff_date, * from {{ ref('int_dates_listed') }} where is_rebuilt and valued_at <> {{ valued_now() }}
),

known as (
    select * from {{ ref('int_contacts_normalised') }}
),

ids as (
    select distinct
        source_customer_id,
        is_guest
    from known
),

shared_contacts as (
    select contact_hash
    from known
    where contact_hash is not null
    group by contact_hash
    having count(*) > 1
),

contacts as (
    select
        cutoffs.cutoff_date,
        known.*
    from known
    inner join shared_contacts
        on known.contact_hash = shared_contacts.contact_hash
    inner join cutoffs
        on known.known_on <= cutoffs.cutoff_date
),

{{ linked_by_contacts(['cutoff_date']) }},

{{ people_of_links(['cutoff_date']) }}

select * from people
