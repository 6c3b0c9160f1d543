with kpis as (
    select * from {{ ref('int_kpi_months_measured') }}
),

benchmarked as (
    select * from {{ ref('int_kpi_months_benchmarked') }}
),

predictions as (
    select * from {{ ref('int_segment_months_valued') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

final as (
    select
        kpis.month,
        least({{ last_day_of('kpis.month') }}, run_context.as_of_date) as valued_on,
        kpis.segment_kind,
        kpis.segment,
        cast({{ var('kpi_window_months') }} as integer) as window_months,
        kpis.customers_at_start,
        kpis.customers_at_end,
        kpis.churned_customers,
        kpis.new_customers,
        kpis.orders,
        kpis.customer_orders,
        kpis.net_revenue,
        kpis.gross_margin,
        kpis.month_orders,
        kpis.month_net_revenue,
        kpis.month_gross_margin,
        kpis.average_order_value,
        kpis.purchase_frequency,
        kpis.gross_margin_rate,
        kpis.churn_rate,
        kpis.retention_rate,
        kpis.net_customer_change,
        kpis.lifetime_years,
        kpis.is_lifetime_capped,
        kpis.cac,
        {{ ratio('predictions.mean_clv_36m_of_new', 'kpis.cac') }} as clv_to_cac,
        predictions.customer_equity,
        benchmarked.formula_clv,
        benchmarked.weakest_kpi,
        benchmarked.weakest_kpi_to_benchmark,
        benchmarked.clv_at_benchmark,
        kpis.is_reliable
    from kpis
    cross join run_context
    inner join benchmarked
        on
            kpis.month = benchmarked.month
            and kpis.segment_kind = benchmarked.segment_kind
            and kpis.segment = benchmarked.segment
    left join predictions
        on
            kpis.month = predictions.month
            and kpis.segment_kind = predictions.segment_kind
            and kpis.segment = predictions.segment
)

select * from final
