with customers as (
    select
        measured.*,
        valued.total_clv
    from {{ ref('int_customers_measured') }} as measured
    inner join {{ ref('int_customers_valued') }} as valued
        on measured.customer_id = valued.customer_id
),

final as (
    select
        cohort_month as month,
        acquisition_channel,
        count(*) as new_customers,
        sum(net_revenue) as net_revenue,
        {{ complete_sum('gross_margin') }} as gross_margin,
        max(case when gross_margin is null then 1 else 0 end) as has_unknown_margin,
        sum(total_clv) as total_clv,
        max(case when total_clv is null then 1 else 0 end) as has_unknown_clv
    from customers
    where cohort_month is not null
    group by cohort_month, acquisition_channel
)

select * from final
