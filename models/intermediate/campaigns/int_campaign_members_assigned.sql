with members as (
    {{ current_records(ref('stg_raw__campaign_members')) }}
),

identities as (
    select * from {{ ref('int_customers_resolved') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

-- who has neither an account nor an order is known by the assignment alone
resolved as (
    select
        members.campaign,
        coalesce(identities.customer_id, members.customer_id) as customer_id,
        case when lower(members.variant) = 'control' then 'control' else members.variant end as variant,
        members.cost,
        members.assigned_at
    from members
    left join identities
        on members.customer_id = identities.source_customer_id
),

-- the first assignment counts; who was given several variants of a campaign tells nothing about any of them
joined as (
    select
        campaign,
        customer_id,
        min(variant) as variant,
        {{ complete_sum('cost') }} as cost,
        min(assigned_at) as assigned_at
    from resolved
    group by campaign, customer_id
    having min(variant) = max(variant)
),

final as (
    select
        joined.campaign,
        joined.customer_id,
        joined.variant,
        cast(joined.cost as {{ type_money() }}) as cost,
        joined.assigned_at,
        {{ dbt.dateadd('day', var('campaign_window_days'), 'joined.assigned_at') }} as window_end,
        {{ dbt.dateadd('day', var('campaign_window_days'), 'joined.assigned_at') }} <= run_context.known_before as is_window_over
    from joined
    cross join run_context
)

select * from final
