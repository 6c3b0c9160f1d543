with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }} where is_rebuilt and not is_as_of
),

versions as (
    select * from {{ ref('int_orders_versioned') }} where is_readable
),

rewritten as (
    select distinct record_key
    from versions
    where superseded_version is not null
),

dated as (
    select
        cutoffs.cutoff_date,
        versions.*,
        coalesce(versions.version_written_at < cutoffs.known_before, true) as is_version_known_then
    from versions
    inner join rewritten
        on versions.record_key = rewritten.record_key
    inner join cutoffs
        on coalesce(versions.known_at < cutoffs.known_before, true)
),

ranked as (
    select
        cutoff_date,
        order_id,
        superseded_version,
        row_number() over (
            partition by cutoff_date, record_key
            order by {{ version_order('is_version_known_then') }}
        ) as version_rank
    from dated
),

final as (
    select
        cutoff_date,
        order_id,
        superseded_version
    from ranked
    where version_rank = 1 and superseded_version is not null
)

select * from final
