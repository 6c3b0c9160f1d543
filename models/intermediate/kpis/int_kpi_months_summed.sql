{% set counts = ['active', 'active_before', 'churned', 'new'] %}
{% set flows = ['orders', 'customer_orders', 'net_revenue', 'gross_margin', 'unknown_margins'] %}
with changes as (
    select
        customer_id,
        month_number,
        {{ counts | join(', ') }},
        0 as orders,
        0 as customer_orders,
        0 as net_revenue,
        0 as gross_margin,
        0 as unknown_margins
    from {{ ref('int_customer_counts_changed') }}
    union all
    select
        customer_id,
        month_number,
        0,
        0,
        0,
        0,
        orders,
        case when customer_id is not null then orders else 0 end as customer_orders,
        net_revenue,
        gross_margin,
        unknown_margins
    from {{ ref('int_revenue_flows_summed') }}
),

segments as (
    select * from {{ ref('int_customers_segmented') }}
),

months as (
    select * from {{ ref('int_months_spined') }}
),

-- orders of unknown customers count for the company alone
changes_by_segment as (
    {% for kind in segment_kinds() %}
    select
        '{{ kind }}' as segment_kind,
        {% if kind == 'company' %}'all'{% else %}segments.{{ kind }}{% endif %} as segment,
        changes.month_number,
        {% for column in counts + flows %}
        sum(changes.{{ column }}) as {{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from changes
    {% if kind != 'company' %}
    inner join segments
        on changes.customer_id = segments.customer_id
    {% endif %}
    group by{% if kind != 'company' %} segments.{{ kind }},{% endif %} changes.month_number
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
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

final as (
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
)

select * from final
