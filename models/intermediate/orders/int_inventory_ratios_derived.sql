with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

states as (
    select * from {{ ref('int_order_states_listed') }} where superseded_version is not null
),

-- what goods cost is told by sales; a credit note on a day without one has goods of its period, too
documents as (
    select
        *,
        case
            when is_counted_status and coalesce(revenue_before_refunds, 0) >= 0
                then coalesce(costed_revenue, 0) + coalesce(uncosted_revenue, 0)
            else 0
        end as net_item_revenue
    from {{ ref('int_documents_totalled') }}
),

periods as (
    select * from {{ ref('int_inventory_periods_checked') }} where rejection_reason is null
),

days as (
    select
        order_date,
        sum(net_item_revenue) as net_item_revenue
    from documents
    where superseded_version is null
    group by order_date
),

-- as it is now, without the orders that were others then, and with what they were
revenues as (
    select
        dates.valued_at,
        days.order_date,
        days.net_item_revenue
    from days
    inner join dates
        on days.order_date <= dates.valued_on
    union all
    select
        states.valued_at,
        documents.order_date,
        case when documents.superseded_version is null then -documents.net_item_revenue else documents.net_item_revenue end
            as net_item_revenue
    from states
    inner join documents
        on
            states.order_id = documents.order_id
            and states.valued_at >= documents.order_date
            and (documents.superseded_version is null or states.superseded_version = documents.superseded_version)
),

revenue_by_day as (
    select
        valued_at,
        order_date,
        sum(net_item_revenue) as net_item_revenue
    from revenues
    group by valued_at, order_date
),

-- cost of goods sold: opening inventory + purchases - closing inventory
costed as (
    select
        dates.valued_at,
        periods.period_start,
        periods.period_end,
        {{ to_money(
            '(periods.opening_inventory + periods.purchases - periods.closing_inventory) * periods.exchange_rate'
        ) }} as cogs
    from periods
    inner join dates
        on periods.period_end <= dates.valued_at
),

totalled as (
    select
        costed.valued_at,
        costed.period_start,
        costed.period_end,
        costed.cogs,
        sum(revenue_by_day.net_item_revenue) as revenue
    from costed
    inner join revenue_by_day
        on
            costed.valued_at = revenue_by_day.valued_at
            and revenue_by_day.order_date between costed.period_start and costed.period_end
    group by costed.valued_at, costed.period_start, costed.period_end, costed.cogs
),

-- of overlapping periods the one that started last serves a day
ranked as (
    select
        totalled.*,
        revenue_by_day.order_date,
        row_number() over (
            partition by revenue_by_day.valued_at, revenue_by_day.order_date
            order by totalled.period_start desc, totalled.period_end asc
        ) as period_rank
    from revenue_by_day
    inner join totalled
        on
            revenue_by_day.valued_at = totalled.valued_at
            and revenue_by_day.order_date between totalled.period_start and totalled.period_end
    where totalled.revenue > 0
),

final as (
    select
        valued_at,
        order_date,
        cogs,
        revenue,
        cast(cogs as {{ type_double() }}) / revenue as cogs_ratio
    from ranked
    where period_rank = 1
)

select * from final
