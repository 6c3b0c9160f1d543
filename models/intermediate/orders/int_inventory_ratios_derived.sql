with periods as (
    select *
    from {{ ref('int_inventory_periods_checked') }}
    where rejection_reason is null
),

revenue_by_day as (
    select
        order_date,
        sum(net_item_revenue) as net_item_revenue
    from {{ ref('int_order_lines_valued') }}
    where is_counted_status
    group by order_date
),

-- cost of goods sold: opening inventory + purchases - closing inventory
costed as (
    select
        period_start,
        period_end,
        {{ to_money('(opening_inventory + purchases - closing_inventory) * exchange_rate') }} as cogs
    from periods
),

totalled as (
    select
        costed.period_start,
        costed.period_end,
        costed.cogs,
        sum(revenue_by_day.net_item_revenue) as revenue
    from costed
    inner join revenue_by_day
        on revenue_by_day.order_date between costed.period_start and costed.period_end
    group by costed.period_start, costed.period_end, costed.cogs
),

-- of overlapping periods the one that started last serves a day
days as (
    select
        revenue_by_day.order_date,
        totalled.period_start,
        totalled.period_end,
        totalled.cogs,
        totalled.revenue,
        row_number() over (
            partition by revenue_by_day.order_date
            order by totalled.period_start desc, totalled.period_end asc
        ) as period_rank
    from revenue_by_day
    inner join totalled
        on revenue_by_day.order_date between totalled.period_start and totalled.period_end
    where totalled.revenue > 0
),

final as (
    select
        order_date,
        period_start,
        period_end,
        cogs,
        revenue,
        cast(cogs as double precision) / revenue as cogs_ratio
    from days
    where period_rank = 1
)

select * from final
