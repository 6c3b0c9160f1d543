with rejected as (
    select * from {{ ref('int_record_outcomes') }} where outcome = 'rejected'
),

unreadable_lines as (
    select * from {{ ref('stg_shop__unreadable_lines') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

quarantine as (
    {% for source in raw_sources() %}
    select
        rejected.source_name,
        staged.record_key,
        rejected.reason,
        {{ raw_record_text('staged.raw_record') }} as raw_record,
        rejected.delivered_in
    from rejected
    inner join {{ ref('stg_shop__' ~ source) }} as staged
        on
            rejected.delivered_in = staged.delivered_in
            and rejected.delivered_row = staged.delivered_row
    where rejected.source_name = '{{ source }}'
    union all
    {% endfor %}
    select
        source_name,
        null as record_key,
        reason,
        raw_line as raw_record,
        delivered_in
    from unreadable_lines
),

final as (
    select
        quarantine.source_name,
        quarantine.record_key,
        quarantine.reason,
        quarantine.raw_record,
        quarantine.delivered_in,
        run_context.as_of_date
    from quarantine
    cross join run_context
)

select * from final
