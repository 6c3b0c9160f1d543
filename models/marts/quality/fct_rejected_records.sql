with rejected as (
    select * from {{ ref('int_records_rejected') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

final as (
    select
        rejected.source_name,
        rejected.record_key,
        rejected.reason,
        rejected.raw_record,
        rejected.delivered_in,
        run_context.as_of_date
    from rejected
    cross join run_context
)

select * from final
