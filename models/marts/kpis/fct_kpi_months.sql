with kpis as (
    select * from {{ ref('int_kpi_months_measured') }}
),

final as (
    select
        {{ last_day_of('month') }} as month,
        segment_kind,
        segment,
        customers_at_start,
        customers_at_end,
        churned_customers,
        new_customers,
        orders,
        customer_orders,
        net_revenue,
        gross_margin,
        month_orders,
        month_net_revenue,
        month_gross_margin,
        average_order_value,
        purchase_frequency,
        gross_margin_rate,
        churn_rate,
        retention_rate,
        net_customer_change,
        lifetime_years,
        is_lifetime_capped,
        cac,
        is_reliable
    from kpis
)

select * from final
