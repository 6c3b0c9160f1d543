{% set counts = ['active', 'active_before', 'churned', 'new'] %}
{% set flows = ['orders', 'customer_orders', 'net_revenue', 'gross_margin', 'unknown_margins'] %}
{% set moments = ['month_number', 'is_first', 'active_until', 'is_followed_by_churn', 'churned_from', 'churned_until'] %}
{% set window = var('kpi_window_months') %}
{# a customer's tier is another one at the start of each window: int_tier_months_summed #}
{% set lasting_kinds = segment_kinds() | reject('equalto', 'tier') | list %}
{% set kinds = lasting_kinds | join(', ') %}
with segments as (
    select * from {{ ref('int_customer_segments') }}
),

-- all kinds at once, so that the many customers are read but once
spells as (
    select
        {{ prefixed('segments.', lasting_kinds) | join(', ') }},
        {{ prefixed('spells.', moments) | join(', ') }},
        count(*) as spells
    from {{ ref('int_purchase_spells') }} as spells
    left join segments
        on spells.customer_id = segments.customer_id
    group by {{ prefixed('segments.', lasting_kinds) | join(', ') }}, {{ prefixed('spells.', moments) | join(', ') }}
),

-- what spells add to the running counts, and from which month on
counts_changed as (
    select
        {{ kinds }},
        month_number,
        spells as active,
        0 as active_before,
        0 as churned,
        case when is_first then spells else 0 end as new
    from spells
    union all
    select {{ kinds }}, active_until, -spells, 0, 0, 0 from spells
    union all
    select {{ kinds }}, month_number + {{ window }}, 0, spells, 0, case when is_first then -spells else 0 end from spells
    union all
    select {{ kinds }}, active_until + {{ window }}, 0, -spells, 0, 0 from spells
    union all
    select {{ kinds }}, churned_from, 0, 0, spells, 0 from spells where is_followed_by_churn
    union all
    select {{ kinds }}, churned_until, 0, 0, -spells, 0 from spells where is_followed_by_churn
),

-- orders of unknown customers are in no segment
changes as (
    select
        {{ kinds }},
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
        {{ prefixed('segments.', lasting_kinds) | join(', ') }},
        flows.month_number,
        0,
        0,
        0,
        0,
        sum(flows.orders),
        sum(case when flows.customer_id is not null then flows.orders else 0 end),
        sum(flows.net_revenue),
        sum(flows.gross_margin),
        sum(flows.unknown_margins)
    from {{ ref('int_revenue_flows') }} as flows
    left join segments
        on flows.customer_id = segments.customer_id
    group by {{ prefixed('segments.', lasting_kinds) | join(', ') }}, flows.month_number
),

-- and count for the company alone
final as (
    {% for kind in lasting_kinds %}
    select
        '{{ kind }}' as segment_kind,
        {% if kind == 'company' %}'all'{% else %}{{ kind }}{% endif %} as segment,
        month_number,
        {% for column in counts + flows %}
        sum({{ column }}) as {{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from changes
    {% if kind != 'company' %}
    where company is not null
    {% endif %}
    group by{% if kind != 'company' %} {{ kind }},{% endif %} month_number
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
