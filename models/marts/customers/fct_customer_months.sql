with months as (
    select *
    from {{ restated(ref('int_customer_months_valued'), dates='int_dates_listed') }}
    where cohort_month is not null
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

final as (
    select
        months.customer_id,
        months.month,
        months.valued_on,
        months.orders,
        months.net_revenue,
        months.cumulative_net_revenue,
        months.cumulative_gross_margin,
        months.historical_clv,
        months.predicted_clv,
        months.total_clv,
        months.value_tier,
        months.lifecycle_stage,
        run_context.reporting_currency as currency
    from months
    cross join run_context
)

select * from final
