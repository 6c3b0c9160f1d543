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

-- orders of unknown customers count for the company alone
final as (
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
)

select * from final
