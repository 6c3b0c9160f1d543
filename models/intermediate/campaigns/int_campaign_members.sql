with current_members as (
    {{ current_records(ref('stg_shop__campaign_members')) }}
),

records as (
    {{ with_shown_names('current_members', {'campaign': 'campaign'}) }}
),

identities as (
    select * from {{ ref('int_identities_resolved') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

basis as (
    select max(clv_basis) as clv_basis
    from {{ ref('int_customers_known') }}
),

orders as (
    select
        orders.customer_id,
        orders.ordered_at,
        orders.is_counted,
        case when basis.clv_basis = 'margin' then orders.gross_margin else orders.net_revenue end as order_value
    from {{ ref('int_orders_sequenced') }} as orders
    cross join basis
    where orders.customer_id is not null
),

-- who has neither an account nor an order is known by the assignment alone
resolved as (
    select
        records.shown_campaign as campaign,
        coalesce(identities.customer_id, records.customer_id) as customer_id,
        case when lower(records.variant) = 'control' then 'control' else records.variant end as variant,
        records.cost,
        records.assigned_at
    from records
    left join identities
        on records.customer_id = identities.source_customer_id
),

-- the first assignment counts; who was given several variants of a campaign tells nothing about any of them
members as (
    select
        campaign,
        customer_id,
        min(variant) as variant,
        {{ complete_sum('cost') }} as cost,
        min(assigned_at) as assigned_at,
        {{ dbt.dateadd('day', var('campaign_window_days'), 'min(assigned_at)') }} as window_end
    from resolved
    group by campaign, customer_id
    having min(variant) = max(variant)
),

-- what a member was worth when assigned, and what the window brought
summed as (
    select
        members.campaign,
        members.customer_id,
        coalesce(sum(case when orders.ordered_at < members.assigned_at then orders.order_value end), 0) as value_before,
        max(case when orders.ordered_at < members.assigned_at and orders.is_counted then orders.ordered_at end) as last_order_at,
        coalesce(sum(case when orders.ordered_at >= members.assigned_at then orders.order_value end), 0) as window_value,
        max(case when orders.ordered_at >= members.assigned_at and orders.order_value is null then 1 else 0 end) as unknowns,
        max(case when orders.ordered_at >= members.assigned_at and orders.is_counted then 1 else 0 end) as window_orders
    from members
    left join orders
        on
            members.customer_id = orders.customer_id
            and members.window_end > orders.ordered_at
    group by members.campaign, members.customer_id
),

-- by what came before the assignment, which the treatment can't have caused
ranked as (
    select
        *,
        row_number() over (partition by campaign order by value_before desc, customer_id asc) as value_rank,
        count(*) over (partition by campaign) as customers
    from summed
),

final as (
    select
        members.campaign,
        members.customer_id,
        members.variant,
        {{ value_tier('ranked.value_rank', 'ranked.customers') }} as value_tier,
        cast(members.cost as {{ type_money() }}) as cost,
        members.window_end <= run_context.known_before as is_window_over,
        case when ranked.unknowns = 0 then cast(ranked.window_value as {{ type_money() }}) end as window_value,
        coalesce(
            ranked.last_order_at < {{ dbt.dateadd('month', -var('kpi_window_months'), 'members.assigned_at') }}, false
        ) as is_lapsed,
        ranked.window_orders > 0 as has_ordered,
        basis.clv_basis
    from members
    cross join run_context
    cross join basis
    inner join ranked
        on
            members.campaign = ranked.campaign
            and members.customer_id = ranked.customer_id
)

select * from final
