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
{% set records = ref(models.versions or 'stg_raw__' ~ source) %}
{{ source }}_rejected as (
    select
        record_key,
        rejection_reason as reason,
        delivered_in,
        delivered_row
    from {{ records }}
    where rejection_reason is not null
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
    inner join {{ ref('stg_raw__' ~ source) }} as staged
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
