with cohort_months as (
    select * from {{ ref('int_cohort_months_summed') }}
),

cumulated as (
    select
        *,
        sum(orders) over (partition by cohort_month, acquisition_channel order by age_months) as cumulative_orders,
        sum(net_revenue) over (partition by cohort_month, acquisition_channel order by age_months) as cumulative_revenue,
        sum(gross_margin) over (partition by cohort_month, acquisition_channel order by age_months) as summed_margin,
        max(case when gross_margin is null then 1 else 0 end)
            over (partition by cohort_month, acquisition_channel order by age_months) as has_unknown_margin
    from cohort_months
),

final as (
    select
        cohort_month,
        acquisition_channel,
        age_months,
        month,
        is_month_over,
        cohort_size,
        active_customers,
        net_revenue,
        {{ ratio('active_customers', 'cohort_size') }} as retention_rate,
        1 - {{ ratio('active_customers', 'cohort_size') }} as churn_rate,
        {{ ratio('cumulative_orders', 'cohort_size') }} as orders_per_customer,
        {{ to_money(ratio('cumulative_revenue', 'cohort_size')) }} as cumulative_revenue_per_customer,
        {{ to_money('case when has_unknown_margin = 0 then ' ~ ratio('summed_margin', 'cohort_size') ~ ' end') }}
            as cumulative_margin_per_customer
    from cumulated
)

select * from final
