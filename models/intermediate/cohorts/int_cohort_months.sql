with customers as (
    select
        measured.customer_id,
        measured.cohort_month,
        acquired.acquisition_channel
    from {{ ref('int_customers_known') }} as measured
    inner join {{ ref('int_customer_channels') }} as acquired on measured.customer_id = acquired.customer_id
    where measured.cohort_month is not null
),

customer_months as (
    select * from {{ ref('int_customer_months_summed') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

channel_sizes as (
    select
        cohort_month,
        acquisition_channel,
        count(*) as cohort_size
    from customers
    group by cohort_month, acquisition_channel
),

-- each cohort by channel, and once under `all`
sizes as (
    select * from channel_sizes
    union all
    select
        cohort_month,
        'all' as acquisition_channel,
        cast(sum(cohort_size) as bigint) as cohort_size
    from channel_sizes
    group by cohort_month
),

numbers as (
    select generated_number - 1 as age_months
    from ({{ dbt.generate_series(1200) }}) as generated
),

-- every age a cohort has reached, bought or not; the current month is reached, though not over
ages as (
    select
        sizes.*,
        numbers.age_months,
        {{ add_months('sizes.cohort_month', 'numbers.age_months') }} as month,
        {{ end_of_month_reached('sizes.cohort_month', 'numbers.age_months', 'run_context.as_of_date') }} as is_month_over
    from sizes
    cross join numbers
    cross join run_context
    where {{ add_months('sizes.cohort_month', 'numbers.age_months') }} <= run_context.as_of_month
),

-- a credit note from before the first counted order belongs to age 0; orders are counted in months from the first one alone,
-- so that a customer is active once at an age
channel_activity as (
    select
        customers.cohort_month,
        customers.acquisition_channel,
        greatest({{ months_between('customers.cohort_month', 'customer_months.month') }}, 0) as age_months,
        sum(case when customer_months.orders > 0 then 1 else 0 end) as active_customers,
        sum(customer_months.orders) as orders,
        sum(customer_months.net_revenue) as net_revenue,
        {{ complete_sum('customer_months.gross_margin') }} as gross_margin,
        max(case when customer_months.gross_margin is null then 1 else 0 end) as has_unknown_margin
    from customers
    inner join customer_months
        on customers.customer_id = customer_months.customer_id
    group by
        customers.cohort_month,
        customers.acquisition_channel,
        greatest({{ months_between('customers.cohort_month', 'customer_months.month') }}, 0)
),

activity as (
    select * from channel_activity
    union all
    select
        cohort_month,
        'all' as acquisition_channel,
        age_months,
        sum(active_customers) as active_customers,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue,
        {{ complete_sum('gross_margin') }} as gross_margin,
        max(has_unknown_margin) as has_unknown_margin
    from channel_activity
    group by cohort_month, age_months
),

final as (
    select
        ages.cohort_month,
        ages.acquisition_channel,
        ages.age_months,
        ages.month,
        ages.is_month_over,
        ages.cohort_size,
        coalesce(activity.active_customers, 0) as active_customers,
        coalesce(activity.orders, 0) as orders,
        coalesce(activity.net_revenue, 0) as net_revenue,
        case when coalesce(activity.has_unknown_margin, 0) = 0 then coalesce(activity.gross_margin, 0) end as gross_margin
    from ages
    left join activity
        on
            ages.cohort_month = activity.cohort_month
            and ages.acquisition_channel = activity.acquisition_channel
            and ages.age_months = activity.age_months
)

select * from final
