with builds as (
    select * from {{ ref('stg_builds__builds') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints_versioned') }}
),

identities as (
    select * from {{ ref('int_identities_resolved') }}
),

touched as (
    select touchpoints.customer_id as source_customer_id
    from touchpoints
    cross join run_context
    cross join builds
    where
        touchpoints.delivered_in in {{ new_deliveries('touchpoints') }}
        or {{ is_judged_anew('touchpoints') }}
),

final as (
    select customer_id
    from {{ ref('int_changed_customers') }}
    union
    select identities.customer_id
    from identities
    inner join touched
        on identities.source_customer_id = touched.source_customer_id
)

select * from final
