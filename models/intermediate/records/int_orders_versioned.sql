{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='order_id') }}

{% set are_snapshots = var('orders_delivery') == 'full_snapshots' %}
{% set columns = ['order_id'] + order_columns() + [
    'record_key', 'known_at', 'version_written_at', 'delivered_in', 'delivered_row', 'version_row', 'rejection_reason',
] %}
with records as (
    {{ records_to_judge(
        'orders', ['order_id', 'merged_into'] + order_columns(),
        key='order_id', event='ordered_at', rows='int_order_rows_merged', all_keys=are_snapshots
    ) }}
),

-- of full snapshots, an order that the last one lacks
withdrawn as (
    select order_id
    from records
    where {{ are_snapshots | lower }}
    group by order_id
    having max(delivered_in) < (
        select max(deliveries.delivered_in)
        from {{ ref('stg_builds__deliveries') }} as deliveries
        where deliveries.source_name = 'orders'
    )
),

unmerged as (
    select {{ columns | join(', ') }} from records where merged_into is null
),

versions as (
    {{ record_versions('unmerged') }}
),

-- of versions written at one time only the last delivered was ever in force
ranked as (
    select
        *,
        cast(null as bigint) as merged_into,
        case
            when
                is_readable and version_rank > 1
                and row_number() over (
                    partition by record_key, is_readable, version_written_at
                    order by delivered_in desc, version_row desc
                ) = 1
                then version_rank - 1
        end as superseded_version,
        order_id in (select withdrawn.order_id from withdrawn) as is_withdrawn
    from versions
),

final as (
    select
        {{ columns | join(', ') }},
        merged_into,
        is_readable,
        is_known_event,
        is_known_version,
        is_withdrawn,
        version_rank,
        case
            when is_withdrawn and version_status in ('current', 'not yet known') then 'withdrawn'
            else version_status
        end as version_status,
        superseded_version
    from ranked
    union all
    select
        {{ columns | join(', ') }},
        merged_into,
        true as is_readable,
        null as is_known_event,
        null as is_known_version,
        null as is_withdrawn,
        null as version_rank,
        'merged' as version_status,
        null as superseded_version
    from records
    where merged_into is not null
)

select * from final
