with subscribers as (
    select * from {{ ref('int_subscribers') }} where billing_period <> 'all'
),

chains as (
    select * from {{ ref('int_subscriptions_chained') }} where billing_period <> 'all'
),

numbers as (
    select generated_number - 1 as renewal
    from ({{ dbt.generate_series(1200) }}) as generated
),

cohorts as (
    select
        cohort_month,
        plan,
        billing_period,
        billing_months,
        count(*) as customers_at_start,
        min(renewals_reached) as renewals_observed
    from subscribers
    group by cohort_month, plan, billing_period, billing_months
),

-- a subscription is paid for from its customer's first renewal on or after its start to the last before its end
paid as (
    select
        {{ month_of('first_start_date') }} as cohort_month,
        plan,
        billing_period,
        monthly_revenue,
        {{ begun_periods('first_start_date', 'start_date', 'billing_months') }} as first_renewal,
        case
            when end_date is not null then {{ periods_paid('first_start_date', 'end_date', 'billing_months') }}
        end as end_renewal
    from chains
),

-- who goes, and what revenue comes and goes
changes as (
    select
        cohort_month,
        plan,
        billing_period,
        renewals_decided as renewal,
        1 as lost_customers,
        0 as revenue
    from subscribers
    where is_lost
    union all
    select cohort_month, plan, billing_period, first_renewal, 0, monthly_revenue
    from paid
    where end_renewal is null or first_renewal < end_renewal
    union all
    select cohort_month, plan, billing_period, end_renewal, 0, -monthly_revenue
    from paid
    where first_renewal < end_renewal
),

changes_by_renewal as (
    select
        cohort_month,
        plan,
        billing_period,
        renewal,
        sum(lost_customers) as lost_customers,
        sum(revenue) as revenue
    from changes
    group by cohort_month, plan, billing_period, renewal
),

-- an age is observed once all of the cohort's customers have reached it
final as (
    select
        cohorts.cohort_month,
        cohorts.plan,
        cohorts.billing_period,
        cohorts.billing_months,
        cast(numbers.renewal * cohorts.billing_months as integer) as age_months,
        cohorts.customers_at_start,
        cast(cohorts.renewals_observed * cohorts.billing_months as integer) as months_observed,
        cohorts.customers_at_start - cast(sum(coalesce(changes_by_renewal.lost_customers, 0)) over (
            partition by cohorts.cohort_month, cohorts.plan, cohorts.billing_period
            order by numbers.renewal
            rows between unbounded preceding and current row
        ) as bigint) as survivors,
        cast(sum(coalesce(changes_by_renewal.revenue, 0)) over (
            partition by cohorts.cohort_month, cohorts.plan, cohorts.billing_period
            order by numbers.renewal
            rows between unbounded preceding and current row
        ) as {{ type_money() }}) as monthly_revenue
    from cohorts
    inner join numbers
        on cohorts.renewals_observed >= numbers.renewal
    left join changes_by_renewal
        on
            cohorts.cohort_month = changes_by_renewal.cohort_month
            and cohorts.plan = changes_by_renewal.plan
            and cohorts.billing_period = changes_by_renewal.billing_period
            and numbers.renewal = changes_by_renewal.renewal
)

select * from final
