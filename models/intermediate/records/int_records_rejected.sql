with unreadable_lines as (
    select
        source_name,
        null as record_key,
        reason,
        raw_line as raw_record,
        delivered_in
    from {{ ref('stg_raw__unreadable_lines') }}
),

{% for source, models in raw_sources().items() %}
{% set staged = ref('stg_raw__' ~ source) %}
{% set records = ref(models.versions) if models.versions else '(' ~ record_versions(staged) ~ ')' %}
{{ source }}_rejected as (
    select
        records.record_key,
        records.rejection_reason as reason,
        records.delivered_in,
        records.delivered_row
    from {{ records }} as records
    where records.version_status = 'rejected'
    {% if models.checked %}
    union all
    select
        records.record_key,
        checked.rejection_reason as reason,
        records.delivered_in,
        records.delivered_row
    from {{ ref(models.checked) }} as checked
    inner join {{ records }} as records
        on
            checked.delivered_in = records.delivered_in
            and checked.delivered_row = records.delivered_row
    where
        checked.rejection_reason is not null
        {% if source == 'orders' %}and checked.source_name = 'orders' and checked.superseded_version is null{% endif %}
    {% endif %}
),

{{ source }} as (
    select
        '{{ source }}' as source_name,
        rejected.record_key,
        rejected.reason,
        {{ raw_record_text('staged.raw_record') }} as raw_record,
        rejected.delivered_in
    from {{ source }}_rejected as rejected
    inner join {{ staged }} as staged
        on
            rejected.delivered_in = staged.delivered_in
            and rejected.delivered_row = staged.delivered_row
),

{% endfor %}
all_rejected as (
    select * from unreadable_lines
    {% for source in raw_sources() %}
    union all
    select * from {{ source }}
    {% endfor %}
),

final as (
    select
        source_name,
        record_key,
        reason,
        raw_record,
        delivered_in
    from all_rejected
)

select * from final
