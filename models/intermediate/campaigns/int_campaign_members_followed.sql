with members as (
    select * from {{ ref('int_campaign_members_assigned') }}
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
        members.cost,
        members.is_window_over,
        case when ranked.unknowns = 0 then cast(ranked.window_value as {{ type_money() }}) end as window_value,
        coalesce(
            ranked.last_order_at < {{ dbt.dateadd('month', -var('kpi_window_months'), 'members.assigned_at') }}, false
        ) as is_lapsed,
        ranked.window_orders > 0 as has_ordered,
        basis.clv_basis
    from members
    inner join ranked
        on
            members.campaign = ranked.campaign
            and members.customer_id = ranked.customer_id
    cross join basis
)

select * from final
