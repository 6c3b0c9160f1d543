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

sizes as (
    select
        acquisition_campaign as campaign,
        count(*) as new_customers,
        min(cohort_month) as first_cohort_month
    from customers
    group by acquisition_campaign
),

numbers as (
    select generated_number - 1 as age_months
    from ({{ dbt.generate_series(1200) }}) as generated
),

ages as (
    select
        sizes.campaign,
        sizes.new_customers,
        numbers.age_months
    from sizes
    cross join numbers
    cross join run_context
    where {{ add_months('sizes.first_cohort_month', 'numbers.age_months') }} <= run_context.as_of_month
),

activity as (
    select
        customers.acquisition_campaign as campaign,
        greatest({{ dbt.datediff('customers.cohort_month', 'customer_months.month', 'month') }}, 0) as age_months,
        sum(customer_months.gross_margin) as gross_margin,
        max(case when customer_months.gross_margin is null then 1 else 0 end) as has_unknown_margin
    from customers
    inner join customer_months
        on customers.customer_id = customer_months.customer_id
    group by
        customers.acquisition_campaign,
        greatest({{ dbt.datediff('customers.cohort_month', 'customer_months.month', 'month') }}, 0)
),

cumulated as (
    select
        ages.campaign,
        ages.age_months,
        ages.new_customers,
        sum(coalesce(activity.gross_margin, 0)) over (partition by ages.campaign order by ages.age_months) as gross_margin,
        max(coalesce(activity.has_unknown_margin, 0)) over (partition by ages.campaign) as has_unknown_margin
    from ages
    left join activity
        on
            ages.campaign = activity.campaign
            and ages.age_months = activity.age_months
),

final as (
    select
        campaign,
        age_months,
        new_customers,
        {{ to_money('case when has_unknown_margin = 0 then ' ~ ratio('gross_margin', 'new_customers') ~ ' end') }}
            as cumulative_margin_per_customer
    from cumulated
)

select * from final
