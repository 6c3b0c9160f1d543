with rejected_records as (
    select * from {{ ref('int_rejected_records') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

final as (
    select
        rejected_records.source_name,
        rejected_records.record_key,
        rejected_records.reason,
        rejected_records.raw_record,
        rejected_records.delivered_in,
        run_context.as_of_date
    from rejected_records
    cross join run_context
)

select * from final
