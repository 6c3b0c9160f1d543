{% set tiers = var('value_tiers') %}
with quality as (
    select * from {{ ref('int_model_quality') }}
),

customers as (
    select
        dim_customers.*,
        case dim_customers.value_tier
            {% for tier in tiers %}
            when {{ string_literal(tier.name) }} then {{ loop.index }}
            {% endfor %}
        end as tier_rank
    from {{ ref('dim_customers') }} as dim_customers
),

predictions as (
    select * from {{ ref('int_segment_predictions_summed') }} where segment_kind = 'tier'
),

company as (
    select
        count(*) as customers,
        sum(net_revenue) as net_revenue,
        {{ complete_sum('gross_margin') }} as gross_margin,
        sum(predicted_clv) as customer_equity
    from customers
),

summed as (
    select
        value_tier,
        tier_rank,
        count(*) as customers,
        sum(net_revenue) as net_revenue,
        {{ complete_sum('gross_margin') }} as gross_margin,
        sum(order_count) as orders,
        sum(predicted_clv) as customer_equity,
        {{ ratio(complete_sum('historical_clv'), 'count(*)') }} as mean_historical_clv,
        -- of those who have bought; the others have no value to come that could be told
        case when count(total_clv) = count(cohort_month) then {{ ratio('sum(total_clv)', 'count(total_clv)') }} end
            as mean_total_clv
    from customers
    group by value_tier, tier_rank
),

final as (
    select
        summed.value_tier,
        summed.tier_rank,
        summed.customers,
        {{ ratio('summed.customers', 'company.customers') }} as customer_share,
        cast(summed.net_revenue as {{ type_money() }}) as net_revenue,
        {{ ratio('summed.net_revenue', 'company.net_revenue') }} as revenue_share,
        cast(summed.gross_margin as {{ type_money() }}) as gross_margin,
        {{ ratio('summed.gross_margin', 'company.gross_margin') }} as margin_share,
        cast(summed.customer_equity as {{ type_money() }}) as customer_equity,
        predictions.customer_equity_low as equity_low,
        predictions.customer_equity_high as equity_high,
        {{ ratio('summed.customer_equity', 'company.customer_equity') }} as equity_share,
        {{ to_money('summed.mean_historical_clv') }} as mean_historical_clv,
        {{ to_money('summed.mean_total_clv') }} as mean_total_clv,
        {{ to_money(ratio('summed.net_revenue', 'summed.orders')) }} as average_order_value,
        summed.customers >= {{ var('min_segment_customers') }} and quality.model_quality <> 'poor' as is_reliable
    from summed
    cross join company
    cross join quality
    left join predictions
        on summed.value_tier = predictions.segment
)

select * from final
