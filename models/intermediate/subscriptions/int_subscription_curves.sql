with fits as (
    select *
    from {{ ref('int_subscription_models_fitted') }}
    where status in ('converged', 'boundary')
),

lengths as (
    select
        plan,
        max(months_reached) as months_reached
    from {{ ref('int_subscribers') }}
    group by plan
),

numbers as (
    select generated_number - 1 as age_months
    from ({{ dbt.generate_series(1200 + 2 * var('horizon_months')) }}) as generated
),

-- one horizon to project, and one more for what is still to come then
retained as (
    select
        fits.plan,
        numbers.age_months,
        lengths.months_reached + {{ var('horizon_months') }} as last_age_months,
        {{ shifted_beta_geometric_retention('fits.alpha', 'fits.beta', 'numbers.age_months') }} as retention_rate
    from fits
    inner join lengths
        on fits.plan = lengths.plan
    inner join numbers
        on lengths.months_reached + 2 * {{ var('horizon_months') }} >= numbers.age_months
),

survived as (
    select
        *,
        sum(ln(retention_rate)) over (
            partition by plan
            order by age_months
            rows between unbounded preceding and current row
        ) as ln_survival
    from retained
),

lifetimes as (
    select
        survived.plan,
        survived.age_months,
        sum({{ discounted_survival(
            'survived.ln_survival', 'survived.age_months', 'later.ln_survival', 'later.age_months',
            '(power(1 + ' ~ annual_discount_rate() ~ ', 1e0 / 12) - 1)'
        ) }}) as discounted_residual_months
    from survived
    inner join survived as later
        on
            survived.plan = later.plan
            and later.age_months between survived.age_months + 1 and survived.age_months + {{ var('horizon_months') }}
    where survived.age_months <= survived.last_age_months
    group by survived.plan, survived.age_months
),

final as (
    select
        survived.plan,
        cast(survived.age_months as integer) as age_months,
        survived.retention_rate,
        {{ bounded_exp('survived.ln_survival') }} as survival_rate,
        lifetimes.discounted_residual_months
    from survived
    inner join lifetimes
        on
            survived.plan = lifetimes.plan
            and survived.age_months = lifetimes.age_months
)

select * from final
