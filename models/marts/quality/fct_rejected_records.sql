with quarantine as (
    select * from {{ ref('int_records_rejected') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

final as (
    select
        quarantine.source_name,
        case when quarantine.record_key like '%@%' then '***' else quarantine.record_key end as record_key,
        quarantine.reason,
        {{ masked_record('quarantine') }} as raw_record,
        quarantine.delivered_in,
        run_context.as_of_date
    from quarantine
    cross join run_context
)

select * from final
