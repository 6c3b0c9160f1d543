{% set counts = ['active', 'active_before', 'churned', 'new'] %}
{% set flows = ['orders', 'customer_orders', 'net_revenue', 'gross_margin', 'unknown_margins'] %}
{% set window = var('kpi_window_months') %}
with months as (
    select * from {{ ref('int_months_spined') }}
),

spells as (
    select * from {{ ref('int_purchase_spells') }}
),

flows as (
    select * from {{ ref('int_revenue_flows') }}
),

customer_tiers as (
    select
        tiers_at_start.month,
        months.month_number,
        tiers_at_start.customer_id,
        tiers_at_start.tier
    from {{ ref('int_tiers_at_start') }} as tiers_at_start
    inner join months
        on tiers_at_start.month = months.month
),

-- what the customers of a tier did: a row for each, for each purchase by where the month lies in its spell, and for what moved
deeds as (
    select
        month,
        tier,
        {% for column in counts + flows %}
        0 as {{ column }},
        {% endfor %}
        false as is_of_month
    from customer_tiers
    union all
    select
        customer_tiers.month,
        customer_tiers.tier,
        case when customer_tiers.month_number < spells.active_until then 1 else 0 end as active,
        case
            when customer_tiers.month_number between spells.month_number + {{ window }} and spells.active_until + {{ window - 1 }}
                then 1
            else 0
        end as active_before,
        case
            when
                spells.is_followed_by_churn
                and customer_tiers.month_number between spells.churned_from and spells.churned_until - 1
                then 1
            else 0
        end as churned,
        case when spells.is_first and customer_tiers.month_number < spells.month_number + {{ window }} then 1 else 0 end as new,
        {{ (['0'] * flows | length) | join(', ') }},
        false as is_of_month
    from customer_tiers
    inner join spells
        on
            customer_tiers.customer_id = spells.customer_id
            and customer_tiers.month_number >= spells.month_number
            and customer_tiers.month_number < spells.month_number + {{ 2 * window }}
    union all
    select
        customer_tiers.month,
        customer_tiers.tier,
        {{ (['0'] * counts | length) | join(', ') }},
        flows.orders,
        flows.orders as customer_orders,
        flows.net_revenue,
        flows.gross_margin,
        flows.unknown_margins,
        customer_tiers.month_number = flows.month_number as is_of_month
    from customer_tiers
    inner join flows
        on
            customer_tiers.customer_id = flows.customer_id
            and customer_tiers.month_number >= flows.month_number
            and customer_tiers.month_number < flows.month_number + {{ window }}
),

final as (
    select
        {% for column in counts %}
        sum({{ column }}) as {{ column }}_customers,
        {% endfor %}
        {% for column in flows %}
        sum(case when is_of_month then {{ column }} else 0 end) as month_{{ column }},
        sum({{ column }}) as {{ column }},
        {% endfor %}
        'tier' as segment_kind,
        tier as segment,
        month
    from deeds
    group by month, tier
)

select * from final
