with customers as (
    select * from {{ ref('int_customers_known') }}
),

customer_months as (
    select * from {{ ref('int_customer_months_summed') }}
),

-- customers old enough to have lived through var cohort_clv_age_months whole months after the month of acquisition
observed as (
    select *
    from customers
    where {{ end_of_month_reached('cohort_month', var('cohort_clv_age_months'), 'as_of_date') }}
),

final as (
    select
        observed.customer_id,
        cast(case
            when max(observed.clv_basis) = 'margin' then {{ complete_sum('customer_months.gross_margin') }}
            else sum(customer_months.net_revenue)
        end as {{ type_money() }}) as value_at_age
    from observed
    inner join customer_months
        on
            observed.customer_id = customer_months.customer_id
            and customer_months.month <= {{ add_months('observed.cohort_month', var('cohort_clv_age_months')) }}
    group by observed.customer_id
)

select * from final
