with contacts as (
    select * from {{ ref('int_contacts_normalised') }}
    where contact_hash is not null
),

{{ linked_by_contacts([]) }}

select * from linked
