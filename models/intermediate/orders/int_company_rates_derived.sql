with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

-- what goods cost is told by sales: a credit note takes some of them back, as a refund does
documents as (
    select *
    from {{ ref('int_documents_totalled') }}
    where is_counted_status and coalesce(revenue_before_refunds, 0) >= 0
),

states as (
    select * from {{ ref('int_order_states_listed') }}
),

inventory_ratios as (
    select * from {{ ref('int_inventory_ratios_derived') }}
),

days as (
    select
        order_date,
        sum(known_cogs) as cogs,
        sum(costed_revenue) as revenue
    from documents
    where superseded_version is null
    group by order_date
),

-- the ladder's known costs: on the line, of the product, by the period's inventory. At a past date as they are now, without the
-- orders that were others then, and with what they were
costs as (
    select
        dates.valued_at,
        days.cogs,
        days.revenue
    from days
    inner join dates
        on days.order_date <= dates.valued_at
    where dates.valued_at <> {{ valued_now() }}

    union all

    select
        states.valued_at,
        -documents.known_cogs as cogs,
        -documents.costed_revenue as revenue
    from states
    inner join documents
        on
            states.order_id = documents.order_id
            and states.valued_at >= documents.order_date
    where states.valued_at <> {{ valued_now() }} and documents.superseded_version is null

    union all

    select
        states.valued_at,
        coalesce(documents.known_cogs, 0) + coalesce(
            {{ to_money('documents.uncosted_revenue * inventory_ratios.cogs_ratio') }}, 0
        ) as cogs,
        coalesce(documents.costed_revenue, 0)
        + case when inventory_ratios.cogs_ratio is not null then coalesce(documents.uncosted_revenue, 0) else 0 end as revenue
    from states
    inner join documents
        on
            states.order_id = documents.order_id
            and {{ same_version('states', 'documents') }}
            and states.valued_at >= documents.order_date
    left join inventory_ratios
        on
            states.valued_at = inventory_ratios.valued_at
            and documents.order_date = inventory_ratios.order_date
),

final as (
    select
        dates.valued_at,
        {{ ratio('sum(costs.cogs)', 'sum(costs.revenue)') }} as cogs_ratio
    from dates
    left join costs
        on dates.valued_at = costs.valued_at
    group by dates.valued_at
)

select * from final
