with outcomes as (
    {% for source, models in raw_sources().items() %}
    {% set staged = ref('stg_shop__' ~ source) %}
    {% set versions = ref(models.versions) if models.versions else '(' ~ record_versions(staged) ~ ')' %}
    -- what was delivered is told apart from what became of it
    select
        '{{ source }}' as source_name,
        delivered_in,
        delivered_row,
        'delivered' as outcome,
        cast(null as {{ dbt.type_string() }}) as reason
    from {{ staged }}
    union all
    select
        '{{ source }}' as source_name,
        versions.delivered_in,
        versions.delivered_row,
        versions.version_status as outcome,
        versions.rejection_reason as reason
    from {{ versions }} as versions
    {% if models.checked %}
    where versions.version_status <> 'current'
    union all
    select
        '{{ source }}' as source_name,
        delivered_in,
        delivered_row,
        case
            {% if source in ['order_items', 'refunds'] %}
            when rejection_reason = '{{ left_out_reason() }}' then 'filtered'
            {% endif %}
            when rejection_reason is not null then 'rejected'
            {% if source in ['order_items', 'refunds'] and var('orders_delivery') == 'full_snapshots' %}
            when
                not is_known
                and order_id in (
                    select orders.order_id from {{ ref('int_orders_versioned') }} as orders where orders.version_status = 'withdrawn'
                )
                then 'withdrawn'
            {% endif %}
            when not is_known then 'not yet known'
            else 'current'
        end as outcome,
        rejection_reason as reason
    from {{ ref(models.checked) }}
    {% if source == 'orders' %}where source_name = 'orders' and is_known and superseded_version is null{% endif %}

    {% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

noted as (
    select
        source_name,
        delivered_in,
        outcome,
        case when outcome = 'rejected' then delivered_row end as delivered_row,
        case when outcome = 'rejected' then reason end as reason
    from outcomes
),

final as (
    select
        source_name,
        delivered_in,
        outcome,
        delivered_row,
        reason,
        count(*) as outcome_rows
    from noted
    group by source_name, delivered_in, outcome, delivered_row, reason
)

select * from final
