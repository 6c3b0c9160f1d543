with cohort_months as (
    select * from {{ ref('int_cohort_months') }}
),

cumulated as (
    select
        *,
        sum(orders) over up_to_age as cumulative_orders,
        sum(net_revenue) over up_to_age as cumulative_revenue,
        sum(gross_margin) over up_to_age as cumulative_margin,
        max(case when gross_margin is null then 1 else 0 end) over up_to_age as has_unknown_margin
    from cohort_months
    window up_to_age as (partition by cohort_month, acquisition_channel order by age_months)
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
        {{ ratio('active_customers', 'cohort_size') }} as retention_rate,
        1 - {{ ratio('active_customers', 'cohort_size') }} as churn_rate,
        {{ ratio('cumulative_orders', 'cohort_size') }} as orders_per_customer,
        {{ to_money(ratio('cumulative_revenue', 'cohort_size')) }} as cumulative_revenue_per_customer,
        {{ to_money('case when has_unknown_margin = 0 then ' ~ ratio('cumulative_margin', 'cohort_size') ~ ' end') }}
            as cumulative_margin_per_customer,
        cohort_size >= {{ var('min_segment_customers') }} as is_reliable
    from cumulated
)

select * from final
