with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }} where is_rebuilt and not is_as_of
),

rewritten as (
    select * from {{ ref('int_past_versions_picked') }}
),

orders as (
    select * from {{ ref('int_orders_totalled') }} where superseded_version is null
),

refunds as (
    select
        order_id,
        max(refund_date) as last_refund_date
    from {{ ref('int_refunds_valued') }}
    group by order_id
),

company_rate as (
    select * from {{ ref('int_company_cost_rate_derived') }}
),

-- later refunds take nothing yet, and what goods of unknown cost were taken to cost moves with all orders
moved as (
    select
        cutoffs.cutoff_date,
        orders.order_id
    from orders
    cross join company_rate
    left join refunds
        on orders.order_id = refunds.order_id
    inner join cutoffs
        on
            orders.order_date <= cutoffs.cutoff_date
            and (
                (orders.uncosted_revenue is not null and company_rate.cogs_ratio is not null)
                or refunds.last_refund_date > cutoffs.cutoff_date
            )
),

final as (
    select
        cutoff_date,
        order_id,
        superseded_version
    from rewritten
    union all
    select
        moved.cutoff_date,
        moved.order_id,
        null as superseded_version
    from moved
    left join rewritten
        on
            moved.cutoff_date = rewritten.cutoff_date
            and moved.order_id = rewritten.order_id
    where rewritten.order_id is null
)

select * from final
