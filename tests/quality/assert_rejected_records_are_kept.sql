-- A failure means that a rejected row is missing from the quarantine, or stands in it twice.
with counted as (
    select
        source_name,
        delivered_in,
        rejected_rows
    from {{ ref('fct_deliveries') }}
    where rejected_rows > 0
),

kept as (
    select
        source_name,
        delivered_in,
        count(*) as kept_rows
    from {{ ref('fct_rejected_records') }}
    group by source_name, delivered_in
)

select
    coalesce(counted.source_name, kept.source_name) as source_name,
    coalesce(counted.delivered_in, kept.delivered_in) as delivered_in,
    counted.rejected_rows,
    kept.kept_rows
from counted
full outer join kept
    on
        counted.source_name = kept.source_name
        and counted.delivered_in = kept.delivered_in
where coalesce(counted.rejected_rows, 0) <> coalesce(kept.kept_rows, 0)
