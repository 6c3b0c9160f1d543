with identities as (
    select * from {{ ref('int_identities_resolved') }}
),

final as (
    select
        source_customer_id,
        customer_id,
        is_guest,
        cast(identity_size as integer) as identity_size,
        matched_by
    from identities
)

select * from final
