with rejected as (
    select * from {{ ref('int_record_outcomes') }} where outcome = 'rejected'
),

unreadable_lines as (
    select * from {{ ref('stg_shop__unreadable_lines') }}
),

final as (
    {% for source in raw_sources() %}
    select
        rejected.source_name,
        staged.record_key,
        rejected.reason,
        {{ raw_record_text('staged.raw_record') }} as raw_record,
        false as is_line,
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
        true as is_line,
        delivered_in
    from unreadable_lines
)

select * from final
