with customers as (
    select
        *,
        historical_clv + predicted_clv as total_clv
    from {{ ref('int_past_customers_valued') }}
),

gaps as (
    select * from {{ ref('int_past_gaps_measured') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by cutoff_date
            order by {{ value_order() }}
        ) as value_rank,
        count(*) over (partition by cutoff_date) as customers
    from customers
),

final as (
    select
        ranked.cutoff_date,
        ranked.month,
        ranked.customer_id,
        ranked.first_occasion_date,
        ranked.month_orders,
        ranked.month_net_revenue,
        ranked.net_revenue,
        ranked.gross_margin,
        ranked.historical_clv,
        ranked.predicted_clv,
        ranked.total_clv,
        {{ value_tier('ranked.value_rank', 'ranked.customers') }} as value_tier,
        {{ lifecycle_stage(
            'ranked.purchase_occasions',
            dbt.datediff('ranked.last_occasion_date', 'ranked.cutoff_date', 'day'),
            'ranked.latest_gap_days',
            at_risk_after_days('ranked.long_gap_days', 'gaps.usual_gap_days', 'run_context.kpi_window_months'),
            lapsed_after_days('ranked.long_gap_days', 'gaps.usual_gap_days', 'run_context.kpi_window_months'),
        ) }} as lifecycle_stage
    from ranked
    cross join run_context
    left join gaps
        on ranked.cutoff_date = gaps.cutoff_date
)

select * from final
