{% set window = var('kpi_window_months') %}
{% set flows = ['orders', 'net_revenue', 'gross_margin', 'unknown_margins'] %}
with months as (
    select * from {{ ref('int_months_spined') }}
),

tiers as (
    select
        customer_tiers.month,
        months.month_number,
        customer_tiers.customer_id,
        customer_tiers.tier
    from {{ ref('int_tiers_at_start') }} as customer_tiers
    inner join months
        on customer_tiers.month = months.month
),

-- by where the month lies in the spell of a purchase
counted as (
    select
        tiers.month,
        tiers.tier,
        sum(case when tiers.month_number < spells.active_until then 1 else 0 end) as active,
        sum(case
            when tiers.month_number >= spells.month_number + {{ window }} and tiers.month_number < spells.active_until + {{ window }} then 1
            else 0
        end) as active_before,
        sum(case
            when
                spells.is_followed_by_churn
                and tiers.month_number >= spells.churned_from and tiers.month_number < spells.churned_until
                then 1
            else 0
        end) as churned,
        sum(case when spells.is_first and tiers.month_number < spells.month_number + {{ window }} then 1 else 0 end) as new
    from tiers
    inner join {{ ref('int_purchase_spells') }} as spells
        on
            tiers.customer_id = spells.customer_id
            and tiers.month_number >= spells.month_number
            and tiers.month_number < spells.month_number + {{ 2 * window }}
    group by tiers.month, tiers.tier
),

moved as (
    select
        tiers.month,
        tiers.tier,
        {% for flow in flows %}
        sum(flows.{{ flow }}) as {{ flow }},
        sum(case when tiers.month_number = flows.month_number then flows.{{ flow }} else 0 end) as month_{{ flow }}{{ ',' if not loop.last }}
        {% endfor %}
    from tiers
    inner join {{ ref('int_revenue_flows') }} as flows
        on
            tiers.customer_id = flows.customer_id
            and tiers.month_number >= flows.month_number
            and tiers.month_number < flows.month_number + {{ window }}
    group by tiers.month, tiers.tier
),

listed as (
    select distinct
        month,
        tier
    from tiers
),

final as (
    select
        {% for column in ['active', 'active_before', 'churned', 'new'] %}
        coalesce(counted.{{ column }}, 0) as {{ column }}_customers,
        {% endfor %}
        {% for prefix in ['month_', ''] %}
        coalesce(moved.{{ prefix }}orders, 0) as {{ prefix }}customer_orders,
        {% for flow in flows %}
        coalesce(moved.{{ prefix }}{{ flow }}, 0) as {{ prefix }}{{ flow }},
        {% endfor %}
        {% endfor %}
        'tier' as segment_kind,
        listed.tier as segment,
        listed.month
    from listed
    left join counted
        on
            listed.month = counted.month
            and listed.tier = counted.tier
    left join moved
        on
            listed.month = moved.month
            and listed.tier = moved.tier
)

select * from final
