with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }} where is_rebuilt and not is_as_of
),

orders as (
    select * from {{ ref('int_orders_totalled') }} where superseded_version is null and is_counted_status
),

listed as (
    select * from {{ ref('int_past_orders_listed') }}
),

past_orders as (
    select * from {{ ref('int_past_orders_totalled') }} where is_counted_status
),

inventory_ratios as (
    select * from {{ ref('int_past_inventory_ratios_derived') }}
),

days as (
    select
        order_date,
        sum(known_cogs) as cogs,
        sum(costed_revenue) as revenue
    from orders
    group by order_date
),

costs as (
    select
        cutoffs.cutoff_date,
        days.cogs,
        days.revenue
    from days
    inner join cutoffs
        on days.order_date <= cutoffs.cutoff_date

    union all

    select
        listed.cutoff_date,
        -orders.known_cogs as cogs,
        -orders.costed_revenue as revenue
    from listed
    inner join orders
        on
            listed.order_id = orders.order_id
            and listed.cutoff_date >= orders.order_date

    union all

    select
        past_orders.cutoff_date,
        {{ known_cogs_of_order('past_orders', 'inventory_ratios.cogs_ratio') }} as cogs,
        {{ revenue_of_known_cost('past_orders', 'inventory_ratios.cogs_ratio') }} as revenue
    from past_orders
    left join inventory_ratios
        on
            past_orders.cutoff_date = inventory_ratios.cutoff_date
            and past_orders.order_date = inventory_ratios.order_date
),

final as (
    select
        cutoffs.cutoff_date,
        {{ ratio('sum(costs.cogs)', 'sum(costs.revenue)') }} as cogs_ratio
    from cutoffs
    left join costs
        on cutoffs.cutoff_date = costs.cutoff_date
    group by cutoffs.cutoff_date
)

select * from final
