with fits as (
    select * from {{ ref('int_subscription_models_fitted') }} where is_elected
),

curves as (
    select * from {{ ref('int_subscription_curves') }}
),

margin as (
    select * from {{ ref('int_subscription_margin') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

first_months as (
    select
        plan,
        billing_period,
        {{ ratio('sum(monthly_revenue)', 'sum(customers_at_start)') }} as monthly_revenue_per_customer
    from {{ ref('int_subscription_cohorts') }}
    where age_months = 0
    group by plan, billing_period
),

-- the months that a new customer will pay for at renewals within the horizon, the first at once
lifetimes as (
    select
        curves.plan,
        curves.billing_period,
        sum(
            curves.billing_months * curves.survival_rate
            * power(1 + {{ annual_discount_rate() }}, -curves.age_months / 12e0)
        ) as discounted_months
    from curves
    where curves.age_months < {{ var('horizon_months') }}
    group by curves.plan, curves.billing_period
),

followed as (
    select
        *,
        renewals * {{ billing_months('billing_period') }} as months_at_risk
    from fits
),

-- at zero churn the longest lifetime there is
formula as (
    select
        *,
        {{ ratio('lost_customers', 'months_at_risk') }} as monthly_churn_rate,
        {{ lifetime_months('lost_customers', 'months_at_risk') }} as lifetime_months
    from followed
),

final as (
    select
        formula.plan,
        formula.billing_period,
        formula.model_name,
        formula.subscribers,
        formula.customers,
        formula.status,
        {{ to_money('first_months.monthly_revenue_per_customer') }} as monthly_revenue_per_customer,
        formula.monthly_churn_rate,
        formula.lifetime_months,
        {{ to_money('first_months.monthly_revenue_per_customer * margin.value_rate * formula.lifetime_months') }}
            as formula_clv,
        formula.months_at_risk > 0
        and formula.lost_customers * {{ var('max_lifetime_years') }} * 12 < formula.months_at_risk
            as is_lifetime_capped,
        {{ to_money('first_months.monthly_revenue_per_customer * margin.value_rate * lifetimes.discounted_months') }}
            as predicted_clv,
        margin.clv_basis,
        margin.margin_basis,
        cast({{ var('horizon_months') }} as integer) as horizon_months,
        {{ annual_discount_rate() }} as annual_discount_rate,
        {{ reporting_currency() }} as currency,
        run_context.as_of_date
    from formula
    cross join margin
    cross join run_context
    inner join first_months
        on
            formula.plan = first_months.plan
            and formula.billing_period = first_months.billing_period
    left join lifetimes
        on
            formula.plan = lifetimes.plan
            and formula.billing_period = lifetimes.billing_period
)

select * from final
