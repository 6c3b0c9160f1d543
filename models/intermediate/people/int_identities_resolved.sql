with ids as (
    select distinct
        source_customer_id,
        is_guest
    from {{ ref('int_contacts_normalised') }}
),

linked as (
    select * from {{ ref('int_people_linked') }} where valued_at = {{ valued_now() }}
),

final as (
    select
        ids.source_customer_id,
        coalesce(linked.customer_id, ids.source_customer_id) as customer_id,
        ids.is_guest,
        coalesce(linked.identity_size, 1) as identity_size,
        linked.matched_by
    from ids
    left join linked
        on ids.source_customer_id = linked.source_customer_id
)

select * from final
