{{ config(materialized='view') }}

{% set columns = order_columns() %}
{% set descriptors = ['record_key', 'delivered_in', 'delivered_row', 'version_row'] %}
with delivered as (
    select
        *,
        -- what another row of the order, or time, may cure
        case
            when
                order_id is not null
                and (
                    rejection_reason is null
                    or rejection_reason = 'ordered_at is blank'
                    or rejection_reason like '%{{ future_reason() }}'
                )
                then 1
        end as may_merge
    from {{ ref('stg_shop__orders') }}
),

counted as (
    select
        *,
        count(may_merge) over (partition by delivered_in, order_id) as rows_of_order
    from delivered
),

-- a row with updated_at, and the rows without until the next one that has it
blocks as (
    select
        *,
        greatest(
            count(version_written_at) over (
                partition by delivered_in, order_id order by delivered_row
                rows between unbounded preceding and current row
            ),
            1
        ) as block_number
    from counted
    where may_merge = 1 and rows_of_order > 1
),

-- a row without updated_at is of the version it stands beside, unless it contradicts it: then it is an older one
stamped as (
    select
        {{ prefixed('blocks.', ['order_id'] + columns + descriptors + ['rejection_reason']) | join(', ') }},
        coalesce(blocks.version_written_at, stamps.version_written_at) as version_written_at
    from blocks
    left join blocks as stamps
        on
            blocks.delivered_in = stamps.delivered_in
            and blocks.order_id = stamps.order_id
            and blocks.block_number = stamps.block_number
            and blocks.version_written_at is null
            and stamps.version_written_at is not null
            {% for column in columns %}
            and coalesce(blocks.{{ column }} = stamps.{{ column }}, true)
            {% endfor %}
),

grouped as (
    select
        *,
        min(delivered_row) over (partition by delivered_in, order_id, version_written_at) as first_row
    from stamped
),

-- the first row that says something, of each column
saying as (
    select
        delivered_in,
        first_row{% for column in columns %},
        min(case when {{ column }} is not null then delivered_row end) as {{ column }}_row{% endfor %}

    from grouped
    group by delivered_in, first_row
    having count(ordered_at) > 0
),

merged as (
    select
        grouped.delivered_in,
        grouped.first_row{% for column in columns %},
        {{ 'bool_or' if column == 'tax_included' else 'max' }}(
            case when grouped.delivered_row = saying.{{ column }}_row then grouped.{{ column }} end
        ) as {{ column }}{% endfor %}

    from grouped
    inner join saying
        on
            grouped.delivered_in = saying.delivered_in
            and grouped.first_row = saying.first_row
    group by grouped.delivered_in, grouped.first_row
),

final as (
    select
        {{ (['order_id'] + columns + descriptors) | join(', ') }},
        known_at,
        version_written_at,
        rejection_reason,
        cast(null as bigint) as merged_into
    from counted
    where may_merge is null or rows_of_order = 1
    union all
    -- the first row of a version says what all say; the others keep what they say themselves
    select
        grouped.order_id{% for column in columns %},
        case when grouped.delivered_row = merged.first_row then merged.{{ column }} else grouped.{{ column }} end{% endfor %},
        {{ prefixed('grouped.', descriptors) | join(', ') }},
        coalesce(merged.ordered_at, grouped.ordered_at),
        grouped.version_written_at,
        case
            when merged.first_row is null then grouped.rejection_reason
            when grouped.delivered_row = merged.first_row and merged.ordered_at >= {{ first_future_moment() }}
                then 'ordered_at {{ future_reason() }}'
        end,
        case when grouped.delivered_row <> merged.first_row then merged.first_row end
    from grouped
    left join merged
        on
            grouped.delivered_in = merged.delivered_in
            and grouped.first_row = merged.first_row
)

select * from final
