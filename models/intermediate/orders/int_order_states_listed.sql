with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt and valued_at <> {{ valued_now() }}
),

versions as (
    select * from {{ ref('int_orders_versioned') }} where is_readable
),

documents as (
    select * from {{ ref('int_documents_totalled') }} where superseded_version is null
),

refunds as (
    select
        order_id,
        max(refund_date) as last_refund_date
    from {{ ref('int_refunds_checked') }}
    where is_known and rejection_reason is null
    group by order_id
),

inventory_periods as (
    select * from {{ ref('int_inventory_periods_checked') }} where rejection_reason is null
),

costs as (
    select count(*) as known_costs
    from (
        select costed_revenue from {{ ref('int_documents_totalled') }} where costed_revenue is not null
        union all
        select purchases from inventory_periods
    ) as known
),

rewritten_orders as (
    select distinct record_key
    from versions
    where superseded_version is not null
),

dated as (
    select
        dates.valued_at,
        versions.*,
        coalesce(versions.version_written_at < dates.known_before, true) as is_version_known_then
    from versions
    inner join rewritten_orders
        on versions.record_key = rewritten_orders.record_key
    inner join dates
        on coalesce(versions.known_at < dates.known_before, true)
),

ranked as (
    select
        valued_at,
        order_id,
        superseded_version,
        row_number() over (
            partition by valued_at, record_key
            order by {{ version_order('is_version_known_then') }}
        ) as version_rank
    from dated
),

rewritten as (
    select
        valued_at,
        order_id,
        superseded_version
    from ranked
    where version_rank = 1 and superseded_version is not null
),

-- later refunds take nothing yet, and what goods of unknown cost were taken to cost moves with all orders
moved as (
    select
        dates.valued_at,
        documents.order_id
    from documents
    cross join costs
    left join refunds
        on documents.order_id = refunds.order_id
    inner join dates
        on
            documents.order_date <= dates.valued_at
            and (
                (documents.uncosted_revenue is not null and costs.known_costs > 0)
                or refunds.last_refund_date > dates.valued_at
            )
),

-- now all orders, at a past date those that were worth something else
final as (
    select
        {{ valued_now() }} as valued_at,
        order_id,
        superseded_version
    from documents
    union all
    select
        valued_at,
        order_id,
        superseded_version
    from rewritten
    union all
    select
        moved.valued_at,
        moved.order_id,
        null as superseded_version
    from moved
    left join rewritten
        on
            moved.valued_at = rewritten.valued_at
            and moved.order_id = rewritten.order_id
    where rewritten.order_id is null
)

select * from final
