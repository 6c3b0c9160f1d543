with cohort_months as (
    select * from {{ ref('int_cohort_months_cumulated') }}
),

final as (
    select
        cohort_month,
        acquisition_channel,
        cast(age_months as integer) as age_months,
        month,
        is_month_over,
        cohort_size,
        cast(active_customers as bigint) as active_customers,
        retention_rate,
        churn_rate,
        orders_per_customer,
        cumulative_revenue_per_customer,
        cumulative_margin_per_customer,
        cohort_size >= {{ var('min_segment_customers') }} as is_reliable
    from cohort_months
)

select * from final
