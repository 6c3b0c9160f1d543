with cohorts as (
    select * from {{ ref('int_subscription_cohorts') }}
),

fits as (
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

horizon as (
    select generated_number as renewals_ahead
    from ({{ dbt.generate_series(var('horizon_months')) }}) as generated
),

observed as (
    select
        *,
        lag(survivors) over (partition by cohort_month, plan, billing_period order by age_months) as customers_at_risk,
        {{ ratio('monthly_revenue', 'survivors') }} as revenue_per_customer
    from cohorts
),

-- whoever is there at the last observed age goes on paying what is paid then
cells as (
    select
        cohort_month,
        plan,
        billing_period,
        age_months,
        true as is_observed,
        customers_at_start,
        survivors,
        case when age_months = 0 then 1 else {{ ratio('survivors', 'customers_at_risk') }} end as retention_rate,
        revenue_per_customer
    from observed
    union all
    select
        observed.cohort_month,
        observed.plan,
        observed.billing_period,
        observed.age_months + horizon.renewals_ahead * observed.billing_months,
        false,
        observed.customers_at_start,
        null,
        null,
        observed.revenue_per_customer
    from observed
    inner join horizon
        on horizon.renewals_ahead * observed.billing_months <= {{ var('horizon_months') }}
    where observed.age_months = observed.months_observed
),

final as (
    select
        cells.cohort_month,
        cells.plan,
        cells.billing_period,
        cast(cells.age_months as integer) as age_months,
        cells.is_observed,
        cells.customers_at_start,
        cast(cells.survivors as bigint) as survivors,
        cells.retention_rate,
        curves.retention_rate as projected_retention_rate,
        curves.survival_rate as projected_survival_rate,
        {{ to_money('cells.revenue_per_customer') }} as monthly_revenue_per_customer,
        {{ to_money('cells.revenue_per_customer * margin.value_rate * curves.discounted_residual_months') }}
            as discounted_residual_clv,
        cells.customers_at_start >= {{ var('min_segment_customers') }} as is_reliable,
        fits.status as model_status,
        margin.clv_basis,
        margin.margin_basis,
        cast({{ var('horizon_months') }} as integer) as horizon_months,
        {{ annual_discount_rate() }} as annual_discount_rate,
        {{ reporting_currency() }} as currency,
        run_context.as_of_date
    from cells
    cross join margin
    cross join run_context
    inner join fits
        on
            cells.plan = fits.plan
            and cells.billing_period = fits.billing_period
    left join curves
        on
            cells.plan = curves.plan
            and cells.billing_period = curves.billing_period
            and cells.age_months = curves.age_months
)

select * from final
