with fits as (
    select *
    from {{ ref('int_subscription_models_fitted') }}
    where is_elected and is_usable
),

lengths as (
    select
        plan,
        billing_period,
        max(billing_months) as billing_months,
        max(renewals_reached * billing_months) + {{ var('horizon_months') }} as last_age_months
    from {{ ref('int_subscribers') }}
    where billing_period <> 'all'
    group by plan, billing_period
),

numbers as (
    select generated_number - 1 as renewal
    from ({{ dbt.generate_series(1200 + 2 * var('horizon_months')) }}) as generated
),

-- one horizon to project, and one more for what is still to come then
retained as (
    select
        fits.plan,
        fits.billing_period,
        lengths.billing_months,
        numbers.renewal,
        numbers.renewal * lengths.billing_months as age_months,
        lengths.last_age_months,
        {{ retention_by_model('fits', 'numbers.renewal') }} as retention_rate
    from fits
    inner join lengths
        on
            fits.plan = lengths.plan
            and fits.billing_period = lengths.billing_period
    inner join numbers
        on
            lengths.last_age_months + {{ var('horizon_months') }} + lengths.billing_months
            > numbers.renewal * lengths.billing_months
),

survived as (
    select
        *,
        sum(ln(retention_rate)) over (
            partition by plan, billing_period
            order by renewal
            rows between unbounded preceding and current row
        ) as ln_survival
    from retained
),

-- renewals that fall due within the horizon, each of which pays for a whole period
lifetimes as (
    select
        survived.plan,
        survived.billing_period,
        survived.renewal,
        survived.billing_months * sum({{ discounted_survival(
            'survived.ln_survival', 'survived.renewal', 'later.ln_survival', 'later.renewal',
            '(power(1 + ' ~ annual_discount_rate() ~ ', survived.billing_months / 12e0) - 1)'
        ) }}) as discounted_residual_months
    from survived
    inner join survived as later
        on
            survived.plan = later.plan
            and survived.billing_period = later.billing_period
            and survived.renewal < later.renewal
            and survived.age_months + survived.billing_months + {{ var('horizon_months') }} > later.age_months
    where survived.age_months <= survived.last_age_months
    group by survived.plan, survived.billing_period, survived.renewal, survived.billing_months
),

final as (
    select
        survived.plan,
        survived.billing_period,
        survived.billing_months,
        cast(survived.age_months as integer) as age_months,
        survived.retention_rate,
        {{ bounded_exp('survived.ln_survival') }} as survival_rate,
        lifetimes.discounted_residual_months
    from survived
    inner join lifetimes
        on
            survived.plan = lifetimes.plan
            and survived.billing_period = lifetimes.billing_period
            and survived.renewal = lifetimes.renewal
)

select * from final
