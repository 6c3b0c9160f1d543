with dates as (
    select valued_at
    from {{ ref('int_dates_listed') }}
    where is_rebuilt
    union
    select {{ valued_now() }} as valued_at
),

ids as (
    select
        source_customer_id,
        min(known_on) as known_on
    from {{ ref('int_contacts_normalised') }}
    group by source_customer_id
),

linked as (
    select * from {{ ref('int_people_linked') }}
),

-- who has not bought yet is a customer, too
final as (
    select distinct
        dates.valued_at,
        coalesce(linked.customer_id, ids.source_customer_id) as customer_id
    from ids
    inner join dates
        on ids.known_on <= dates.valued_at
    left join linked
        on
            dates.valued_at = linked.valued_at
            and ids.source_customer_id = linked.source_customer_id
)

select * from final
