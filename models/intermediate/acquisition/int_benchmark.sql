with benchmarks as (
    select * from {{ ref('benchmarks') }}
),

final as (
    select
        business_model,
        clv_to_cac_low,
        clv_to_cac_high,
        payback_months_low,
        payback_months_high,
        target_clv_to_cac,
        -- KPIs are measured over a window, not over a year
        average_order_value,
        orders_per_year * {{ var('kpi_window_months') }} / 12e0 as purchase_frequency,
        gross_margin_rate,
        power(yearly_retention_rate, {{ var('kpi_window_months') }} / 12e0) as retention_rate
    from benchmarks
    where business_model = {{ string_literal(var('business_model')) }}
)

select * from final
