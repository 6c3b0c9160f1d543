with unreadable_lines as (
    select * from {{ ref('stg_shop__unreadable_lines') }}
),

records as (
    select * from {{ ref('int_record_outcomes') }}
),

deliveries as (
    select * from {{ ref('stg_builds__deliveries') }}
),

outcomes as (
    {% for outcome in ['delivered', 'rejected'] %}
    select
        source_name,
        delivered_in,
        '{{ outcome }}' as outcome,
        1 as outcome_rows
    from unreadable_lines
    union all
    {% endfor %}
    {% for left_out in ['filtered', 'forgotten'] %}
    {% for outcome in ['delivered', left_out] %}
    select
        source_name,
        delivered_in,
        '{{ outcome }}' as outcome,
        {{ left_out }}_rows as outcome_rows
    from deliveries
    where {{ left_out }}_rows > 0
    union all
    {% endfor %}
    {% endfor %}
    select
        source_name,
        delivered_in,
        outcome,
        outcome_rows
    from records
),

counted as (
    select
        source_name,
        delivered_in,
        cast(sum(case when outcome = 'delivered' then outcome_rows else 0 end) as bigint) as delivered_rows,
        cast(sum(case when outcome = 'current' then outcome_rows else 0 end) as bigint) as accepted_rows,
        cast(sum(case when outcome = 'rejected' then outcome_rows else 0 end) as bigint) as rejected_rows,
        cast(sum(case when outcome = 'superseded' then outcome_rows else 0 end) as bigint) as superseded_rows,
        cast(sum(case when outcome = 'merged' then outcome_rows else 0 end) as bigint) as merged_rows,
        cast(sum(case when outcome = 'withdrawn' then outcome_rows else 0 end) as bigint) as withdrawn_rows,
        cast(sum(case when outcome = 'not yet known' then outcome_rows else 0 end) as bigint) as not_yet_known_rows,
        cast(sum(case when outcome = 'filtered' then outcome_rows else 0 end) as bigint) as filtered_rows,
        cast(sum(case when outcome = 'forgotten' then outcome_rows else 0 end) as bigint) as forgotten_rows
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
        withdrawn_rows,
        not_yet_known_rows,
        filtered_rows,
        forgotten_rows,
        {{ ratio('rejected_rows', 'delivered_rows') }} as rejected_share
    from counted
)

select * from final
