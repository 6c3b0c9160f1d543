{% set columns = [
    'spend', 'new_customers', 'attributed_orders', 'net_revenue', 'gross_margin', 'has_unknown_margin', 'total_clv', 'has_unknown_clv',
    'clv_36m', 'has_unknown_clv_36m',
] %}
with spend as (
    select
        month,
        acquisition_channel,
        sum(spend) as spend
    from {{ ref('int_spend_months') }}
    group by month, acquisition_channel
),

-- spend is zero where it is told for some channel, and unknown where no spend is told at all
has_spend as (
    select count(*) > 0 as is_spend_known
    from spend
),

acquired as (
    select * from {{ ref('int_acquired_customers') }}
),

orders as (
    select * from {{ ref('int_attributed_orders') }}
),

-- spend is what it is, by whatever model its customers are counted
parts as (
    {% for model in attribution_models() %}
    select
        '{{ model }}' as attribution_model,
        month,
        acquisition_channel,
        spend,
        {% for column in columns[1:] %}
        0 as {{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from spend
    union all
    {% endfor %}
    select
        attribution_model,
        month,
        acquisition_channel,
        0,
        new_customers,
        0,
        net_revenue,
        gross_margin,
        has_unknown_margin,
        total_clv,
        has_unknown_clv,
        clv_36m,
        has_unknown_clv_36m
    from acquired
    union all
    select attribution_model, month, acquisition_channel, 0, 0, attributed_orders, 0, 0, 0, 0, 0, 0, 0
    from orders
),

with_company as (
    select * from parts
    union all
    select attribution_model, month, 'all', {{ columns | join(', ') }}
    from parts
),

summed as (
    select
        attribution_model,
        month,
        acquisition_channel,
        sum(spend) as spend,
        sum(new_customers) as new_customers,
        sum(attributed_orders) as attributed_orders,
        sum(net_revenue) as net_revenue,
        case when max(has_unknown_margin) = 0 then sum(gross_margin) end as gross_margin,
        case when max(has_unknown_clv) = 0 then sum(total_clv) end as total_clv,
        case when max(has_unknown_clv_36m) = 0 then sum(clv_36m) end as clv_36m
    from with_company
    group by attribution_model, month, acquisition_channel
),

known as (
    select
        summed.attribution_model,
        summed.month,
        summed.acquisition_channel,
        cast(case when has_spend.is_spend_known then summed.spend end as {{ type_money() }}) as spend,
        summed.new_customers,
        summed.attributed_orders,
        {{ money_columns(['net_revenue', 'gross_margin', 'total_clv', 'clv_36m']) }}
    from summed
    cross join has_spend
),

final as (
    select
        *,
        {{ to_money(cost_per('spend', 'new_customers')) }} as cac,
        {{ to_money(cost_per('spend', 'attributed_orders')) }} as cpa,
        {{ to_money(ratio('total_clv', 'new_customers')) }} as mean_total_clv,
        {{ to_money(ratio('clv_36m', 'new_customers')) }} as mean_clv_36m
    from known
)

select * from final
