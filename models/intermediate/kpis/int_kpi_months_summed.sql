{% set counts = ['active', 'active_before', 'churned', 'new'] %}
{% set flows = ['orders', 'customer_orders', 'net_revenue', 'gross_margin', 'unknown_margins'] %}
with changes_by_segment as (
    select * from {{ ref('int_segment_changes') }}
),

months as (
    select * from {{ ref('int_months_spined') }}
),

first_months as (
    select
        segment_kind,
        segment,
        min(month_number) as month_number
    from changes_by_segment
    group by segment_kind, segment
),

-- every month of every segment since its first
grid as (
    select
        first_months.segment_kind,
        first_months.segment,
        months.month,
        months.month_number
    from first_months
    inner join months
        on first_months.month_number <= months.month_number
),

filled as (
    select
        {% for column in counts + flows %}
        coalesce(changes_by_segment.{{ column }}, 0) as {{ column }},
        {% endfor %}
        grid.segment_kind,
        grid.segment,
        grid.month,
        grid.month_number
    from grid
    left join changes_by_segment
        on
            grid.segment_kind = changes_by_segment.segment_kind
            and grid.segment = changes_by_segment.segment
            and grid.month_number = changes_by_segment.month_number
),

lasting_segments as (
    select
        {% for column in counts %}
        sum({{ column }}) over so_far as {{ column }}_customers,
        {% endfor %}
        {% for column in flows %}
        {{ column }} as month_{{ column }},
        sum({{ column }}) over in_window as {{ column }},
        {% endfor %}
        segment_kind,
        segment,
        month
    from filled
    window
        so_far as (partition by segment_kind, segment order by month_number),
        in_window as (
            partition by segment_kind, segment order by month_number
            rows between {{ var('kpi_window_months') - 1 }} preceding and current row
        )
),

-- tiers are others at the start of each window
final as (
    {% for source in ['lasting_segments', ref('int_tier_months_summed')] %}
    select
        {% for column in counts %}
        {{ column }}_customers,
        {% endfor %}
        {% for column in flows %}
        month_{{ column }},
        {{ column }},
        {% endfor %}
        segment_kind,
        segment,
        month
    from {{ source }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
