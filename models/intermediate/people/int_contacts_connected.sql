{{ config(materialized='iterated') }}

-- Each person hops to the first one that any of its ids shares a contact with, and every id follows its person twice: as Liu and
-- Tarjan show (Simple Concurrent Connected Components Algorithms, 2022: R), n ids need O(log n) steps, however they are chained.
with contacts as (
    select * from {{ last_step(ref('int_contacts_shared')) }}
),

nearest as (
    select
        contact_number,
        min(person_number) as person_number
    from contacts
    group by contact_number
),

neighbours as (
    select
        contacts.person_number,
        min(nearest.person_number) as nearest_number
    from contacts
    inner join nearest
        on contacts.contact_number = nearest.contact_number
    group by contacts.person_number
),

hops as (
    select
        contacts.id_number,
        min(case
            when contacts.id_number = contacts.person_number then neighbours.nearest_number
            else contacts.person_number
        end) as person_number
    from contacts
    inner join neighbours
        on contacts.person_number = neighbours.person_number
    group by contacts.id_number
),

final as (
    select
        contacts.id_number,
        contacts.contact_number,
        second_hops.person_number,
        second_hops.person_number = contacts.person_number as is_at_rest
    from contacts
    inner join hops
        on contacts.id_number = hops.id_number
    inner join hops as second_hops
        on hops.person_number = second_hops.id_number
)

select * from final
