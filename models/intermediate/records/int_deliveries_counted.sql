with unreadable_lines as (
    select * from {{ ref('stg_shop__unreadable_lines') }}
),

records as (
    select * from {{ ref('int_record_outcomes') }}
),

outcomes as (
    {% for outcome in ['delivered', 'rejected'] %}
    select
        source_name,
        delivered_in,
        '{{ outcome }}' as outcome
    from unreadable_lines
    union all
    {% endfor %}
    select
        source_name,
        delivered_in,
        outcome
    from records
),

counted as (
    select
        source_name,
        delivered_in,
        cast(sum(case when outcome = 'delivered' then 1 else 0 end) as bigint) as delivered_rows,
        cast(sum(case when outcome = 'current' then 1 else 0 end) as bigint) as accepted_rows,
        cast(sum(case when outcome = 'rejected' then 1 else 0 end) as bigint) as rejected_rows,
        cast(sum(case when outcome = 'superseded' then 1 else 0 end) as bigint) as superseded_rows,
        cast(sum(case when outcome = 'merged' then 1 else 0 end) as bigint) as merged_rows,
        cast(sum(case when outcome = 'not yet known' then 1 else 0 end) as bigint) as not_yet_known_rows
    from outcomes
    group by source_name, delivered_in
),

final as (
    select
        source_name,
        delivered_in,
        delivered_rows,
        accepted_rows,
        rejected_rows,
        superseded_rows,
        merged_rows,
        not_yet_known_rows,
        {{ ratio('rejected_rows', 'delivered_rows') }} as rejected_share
    from counted
)

select * from final
