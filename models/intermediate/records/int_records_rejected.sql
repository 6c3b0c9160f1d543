with unreadable_lines as (
    select
        source_name,
        null as record_key,
        reason,
        raw_line as raw_record,
        delivered_in
    from {{ ref('stg_raw__unreadable_lines') }}
),

{% for source, checked_model in raw_sources().items() %}
{{ source }} as (
    select
        '{{ source }}' as source_name,
        record_key,
        rejection_reason as reason,
        {{ raw_record_text('raw_record') }} as raw_record,
        delivered_in
    from {{ ref('stg_raw__' ~ source) }}
    where rejection_reason is not null
),

{% if checked_model %}
{{ source }}_checked as (
    select
        '{{ source }}' as source_name,
        staged.record_key,
        checked.rejection_reason as reason,
        {{ raw_record_text('staged.raw_record') }} as raw_record,
        staged.delivered_in
    from {{ ref(checked_model) }} as checked
    inner join {{ ref('stg_raw__' ~ source) }} as staged
        on
            checked.delivered_in = staged.delivered_in
            and checked.delivered_row = staged.delivered_row
    where
        checked.rejection_reason is not null
        {% if source == 'orders' %}and checked.source_name = 'orders'{% endif %}
),

{% endif %}
{% endfor %}
all_rejected as (
    select * from unreadable_lines
    {% for source, checked_model in raw_sources().items() %}
    union all
    select * from {{ source }}
    {% if checked_model %}
    union all
    select * from {{ source }}_checked
    {% endif %}
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
