with unreadable_lines as (
    select * from {{ ref('stg_raw__unreadable_lines') }}
),

-- what was delivered is counted apart from what became of it
outcomes as (
    {% for outcome in ['delivered', 'rejected'] %}
    select
        source_name,
        delivered_in,
        '{{ outcome }}' as outcome
    from unreadable_lines
    union all
    {% endfor %}
    {% for source, models in raw_sources().items() %}
    {% set staged = ref('stg_raw__' ~ source) %}
    {% set versions = ref(models.versions) if models.versions else '(' ~ record_versions(staged) ~ ')' %}
    select
        '{{ source }}' as source_name,
        delivered_in,
        'delivered' as outcome
    from {{ staged }}
    union all
    select
        '{{ source }}' as source_name,
        versions.delivered_in,
        versions.version_status as outcome
    from {{ versions }} as versions
    {% if models.checked %}
    where versions.version_status <> 'current'
    union all
    select
        '{{ source }}' as source_name,
        delivered_in,
        case
            when rejection_reason is not null then 'rejected'
            when not is_known then 'not yet known'
            else 'current'
        end as outcome
    from {{ ref(models.checked) }}
    {% if source == 'orders' %}where source_name = 'orders' and is_known and superseded_version is null{% endif %}

    {% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    select
        source_name,
        delivered_in,
        cast(sum(case when outcome = 'delivered' then 1 else 0 end) as bigint) as delivered_rows,
        cast(sum(case when outcome = 'current' then 1 else 0 end) as bigint) as accepted_rows,
        cast(sum(case when outcome = 'rejected' then 1 else 0 end) as bigint) as rejected_rows,
        cast(sum(case when outcome = 'superseded' then 1 else 0 end) as bigint) as superseded_rows,
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
        not_yet_known_rows,
        {{ ratio('rejected_rows', 'delivered_rows') }} as rejected_share
    from counted
)

select * from final
