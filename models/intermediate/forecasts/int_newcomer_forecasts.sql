with months as (
    select * from {{ ref('int_months_ahead') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

customers as (
    select
        customer_id,
        cohort_month
    from {{ ref('int_customers_known') }}
    where cohort_month is not null
),

cohorts as (
    select
        customers.cohort_month,
        run_context.as_of_month,
        {{ months_between('customers.cohort_month', 'run_context.as_of_month') }} as months_before,
        cast(count(*) as {{ type_double() }}) as customers
    from customers
    cross join run_context
    group by customers.cohort_month, run_context.as_of_month
),

numbers as (
    select generated_number - 1 as age_months
    from ({{ dbt.generate_series(forecast_months() + 1) }}) as generated
),

-- what customers of the last two years brought at each age, in months that are over
ages as (
    select
        numbers.age_months,
        sum(cohorts.customers) as customers
    from cohorts
    inner join numbers
        on cohorts.months_before > numbers.age_months
    where cohorts.months_before <= 24
    group by numbers.age_months
),

activity as (
    select
        greatest({{ months_between('customers.cohort_month', 'customer_months.month') }}, 0) as age_months,
        sum(customer_months.orders) as orders,
        sum(customer_months.net_revenue) as net_revenue,
        {{ complete_sum('customer_months.gross_margin') }} as gross_margin
    from customers
    inner join {{ ref('int_customer_months_summed') }} as customer_months
        on customers.customer_id = customer_months.customer_id
    inner join cohorts
        on customers.cohort_month = cohorts.cohort_month
    where cohorts.months_before <= 24 and customer_months.month < cohorts.as_of_month
    group by greatest({{ months_between('customers.cohort_month', 'customer_months.month') }}, 0)
),

rates as (
    select
        ages.age_months,
        {{ ratio('coalesce(activity.orders, 0)', 'ages.customers') }} as orders,
        {{ ratio('coalesce(activity.net_revenue, 0)', 'ages.customers') }} as net_revenue,
        {{ ratio('case when activity.age_months is null then 0 else activity.gross_margin end', 'ages.customers') }}
            as gross_margin
    from ages
    left join activity
        on ages.age_months = activity.age_months
),

lengths as (
    select
        max(months_before) as months,
        sum(case when months_before > 0 then customers end) as customers
    from cohorts
),

-- as many as in the same month of last year, or as in the mean month of a log that is younger
arrivals as (
    select
        months.months_ahead,
        coalesce(
            last_year.customers,
            case when lengths.months < 12 then lengths.customers / nullif(lengths.months, 0) else 0 end
        ) * case when months.is_running then months.days_ahead / months.month_days else 1 end as customers
    from months
    cross join lengths
    left join cohorts as last_year
        on {{ add_months('months.month', '-12') }} = last_year.cohort_month
),

-- an age that nobody has reached leaves the month unknown
final as (
    select
        months.month,
        months.months_ahead,
        {{ exact_sum('arrivals.customers * rates.orders') }} as orders,
        case
            when count(rates.net_revenue) = count(*) then {{ exact_sum('arrivals.customers * rates.net_revenue', 6) }}
        end as net_revenue,
        case
            when count(rates.gross_margin) = count(*) then {{ exact_sum('arrivals.customers * rates.gross_margin', 6) }}
        end as gross_margin
    from months
    inner join arrivals
        on months.months_ahead >= arrivals.months_ahead
    left join rates
        on months.months_ahead - arrivals.months_ahead = rates.age_months
    group by months.month, months.months_ahead
)

select * from final
