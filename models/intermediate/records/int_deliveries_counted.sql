with outcomes as (
    select
        source_name,
        delivered_in,
        'rejected' as outcome
    from {{ ref('stg_raw__unreadable_lines') }}
    {% for source, checked_model in raw_sources().items() %}
    union all
    select
        '{{ source }}' as source_name,
        delivered_in,
        version_status as outcome
    from ({{ record_versions(ref('stg_raw__' ~ source)) }}) as versions
    {% if checked_model %}
    union all
    select
        '{{ source }}' as source_name,
        delivered_in,
        case
            when rejection_reason is not null then 'rejected by check'
            else 'unknown by check'
        end as outcome
    from {{ ref(checked_model) }}
    where
        (rejection_reason is not null or not is_known)
        {% if source == 'orders' %}and source_name = 'orders' and is_known{% endif %}

    {% endif %}
    {% endfor %}
),

counted as (
    select
        source_name,
        delivered_in,
        sum(case when outcome in ('rejected by check', 'unknown by check') then 0 else 1 end) as delivered_rows,
        sum(case when outcome in ('rejected', 'rejected by check') then 1 else 0 end) as rejected_rows,
        sum(case when outcome = 'superseded' then 1 else 0 end) as superseded_rows,
        sum(case when outcome in ('not yet known', 'unknown by check') then 1 else 0 end) as not_yet_known_rows,
        sum(case when outcome = 'current' then 1 when outcome in ('rejected by check', 'unknown by check') then -1 else 0 end)
            as accepted_rows
    from outcomes
    group by source_name, delivered_in
),

final as (
    select
        source_name,
        delivered_in,
        cast(delivered_rows as bigint) as delivered_rows,
        cast(accepted_rows as bigint) as accepted_rows,
        cast(rejected_rows as bigint) as rejected_rows,
        cast(superseded_rows as bigint) as superseded_rows,
        cast(not_yet_known_rows as bigint) as not_yet_known_rows,
        cast(rejected_rows as double precision) / delivered_rows as rejected_share
    from counted
)

select * from final
