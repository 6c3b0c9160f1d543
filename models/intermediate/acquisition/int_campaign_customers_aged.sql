with customers as (
    select *
    from {{ ref('int_customers_measured') }}
    where acquisition_campaign is not null and cohort_month is not null
),

customer_months as (
    select * from {{ ref('int_customer_months_summed') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

cohorts as (
    select
        acquisition_campaign as campaign,
        cohort_month,
        count(*) as new_customers
    from customers
    group by acquisition_campaign, cohort_month
),

numbers as (
    select generated_number - 1 as age_months
    from ({{ dbt.generate_series(1200) }}) as generated
),

-- the ages that each cohort of a campaign has reached
ages as (
    select
        cohorts.campaign,
        cohorts.cohort_month,
        cohorts.new_customers,
        numbers.age_months
    from cohorts
    cross join numbers
    cross join run_context
    where {{ add_months('cohorts.cohort_month', 'numbers.age_months') }} <= run_context.as_of_month
),

activity as (
    select
        customers.acquisition_campaign as campaign,
        customers.cohort_month,
        greatest({{ dbt.datediff('customers.cohort_month', 'customer_months.month', 'month') }}, 0) as age_months,
        sum(customer_months.gross_margin) as gross_margin,
        max(case when customer_months.gross_margin is null then 1 else 0 end) as has_unknown_margin
    from customers
    inner join customer_months
        on customers.customer_id = customer_months.customer_id
    group by
        customers.acquisition_campaign,
        customers.cohort_month,
        greatest({{ dbt.datediff('customers.cohort_month', 'customer_months.month', 'month') }}, 0)
),

cumulated as (
    select
        ages.campaign,
        ages.age_months,
        ages.new_customers,
        sum(coalesce(activity.gross_margin, 0)) over (
            partition by ages.campaign, ages.cohort_month order by ages.age_months
        ) as gross_margin,
        coalesce(activity.has_unknown_margin, 0) as has_unknown_margin
    from ages
    left join activity
        on
            ages.campaign = activity.campaign
            and ages.cohort_month = activity.cohort_month
            and ages.age_months = activity.age_months
),

-- at each age the customers old enough to have reached it
final as (
    select
        campaign,
        age_months,
        sum(new_customers) as new_customers,
        {{ to_money(
            'case when max(max(has_unknown_margin)) over (partition by campaign) = 0 then '
            ~ ratio('sum(gross_margin)', 'sum(new_customers)') ~ ' end'
        ) }} as cumulative_margin_per_customer
    from cumulated
    group by campaign, age_months
)

select * from final
