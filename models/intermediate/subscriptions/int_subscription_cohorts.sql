with subscribers as (
    select * from {{ ref('int_subscribers') }}
),

chains as (
    select * from {{ ref('int_subscriptions_chained') }}
),

numbers as (
    select generated_number - 1 as age_months
    from ({{ dbt.generate_series(1200) }}) as generated
),

cohorts as (
    select
        cohort_month,
        plan,
        count(*) as customers_at_start,
        min(months_reached) as months_observed
    from subscribers
    group by cohort_month, plan
),

-- a subscription is paid for from its customer's first renewal on or after its start to the last before its end
paid as (
    select
        {{ month_of('first_start_date') }} as cohort_month,
        plan,
        monthly_revenue,
        {{ begun_months('first_start_date', 'start_date') }} as first_age_months,
        case when end_date is not null then greatest({{ begun_months('first_start_date', 'end_date') }}, 1) end as end_age_months
    from chains
),

-- who goes, and what revenue comes and goes
changes as (
    select
        cohort_month,
        plan,
        renewals_decided as age_months,
        1 as lost_customers,
        0 as revenue
    from subscribers
    where is_lost
    union all
    select cohort_month, plan, first_age_months, 0, monthly_revenue
    from paid
    where end_age_months is null or first_age_months < end_age_months
    union all
    select cohort_month, plan, end_age_months, 0, -monthly_revenue
    from paid
    where first_age_months < end_age_months
),

changes_by_age as (
    select
        cohort_month,
        plan,
        age_months,
        sum(lost_customers) as lost_customers,
        sum(revenue) as revenue
    from changes
    group by cohort_month, plan, age_months
),

-- an age is observed once all of the cohort's customers have reached it
final as (
    select
        cohorts.cohort_month,
        cohorts.plan,
        cast(numbers.age_months as integer) as age_months,
        cohorts.customers_at_start,
        cohorts.months_observed,
        cohorts.customers_at_start - cast(sum(coalesce(changes_by_age.lost_customers, 0)) over (
            partition by cohorts.cohort_month, cohorts.plan
            order by numbers.age_months
            rows between unbounded preceding and current row
        ) as bigint) as survivors,
        cast(sum(coalesce(changes_by_age.revenue, 0)) over (
            partition by cohorts.cohort_month, cohorts.plan
            order by numbers.age_months
            rows between unbounded preceding and current row
        ) as {{ type_money() }}) as monthly_revenue
    from cohorts
    inner join numbers
        on cohorts.months_observed >= numbers.age_months
    left join changes_by_age
        on
            cohorts.cohort_month = changes_by_age.cohort_month
            and cohorts.plan = changes_by_age.plan
            and numbers.age_months = changes_by_age.age_months
)

select * from final
