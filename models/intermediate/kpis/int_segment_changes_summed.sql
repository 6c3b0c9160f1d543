{% set counts = ['active', 'active_before', 'churned', 'new'] %}
{% set flows = ['orders', 'customer_orders', 'net_revenue', 'gross_margin', 'unknown_margins'] %}
with spells as (
    select * from {{ ref('int_purchase_months_spelled') }}
),

segments as (
    select * from {{ ref('int_customers_segmented') }}
),

-- what a customer adds to the running counts, and from which month on
counts_changed as (
    select customer_id, month_number, 1 as active, 0 as active_before, 0 as churned, case when is_first then 1 else 0 end as new
    from spells
    union all
    select customer_id, active_until, -1, 0, 0, 0 from spells
    union all
    select customer_id, month_number + kpi_window_months, 0, 1, 0, case when is_first then -1 else 0 end from spells
    union all
    select customer_id, active_until + kpi_window_months, 0, -1, 0, 0 from spells
    union all
    select customer_id, churned_from, 0, 0, 1, 0 from spells where is_followed_by_churn
    union all
    select customer_id, churned_until, 0, 0, -1, 0 from spells where is_followed_by_churn
),

changes as (
    select
        customer_id,
        month_number,
        {{ counts | join(', ') }},
        0 as orders,
        0 as customer_orders,
        0 as net_revenue,
        0 as gross_margin,
        0 as unknown_margins
    from counts_changed
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

-- all kinds at once, so that the customers' many changes are read but once
combined as (
    select
        changes.month_number,
        {{ prefixed('segments.', segment_kinds()) | join(', ') }},
        {% for column in counts + flows %}
        sum(changes.{{ column }}) as {{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from changes
    left join segments
        on changes.customer_id = segments.customer_id
    group by changes.month_number, {{ prefixed('segments.', segment_kinds()) | join(', ') }}
),

-- orders of unknown customers count for the company alone
final as (
    {% for kind in segment_kinds() %}
    select
        '{{ kind }}' as segment_kind,
        {% if kind == 'company' %}'all'{% else %}{{ kind }}{% endif %} as segment,
        month_number,
        {% for column in counts + flows %}
        sum({{ column }}) as {{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from combined
    {% if kind != 'company' %}
    where company is not null
    {% endif %}
    group by{% if kind != 'company' %} {{ kind }},{% endif %} month_number
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
