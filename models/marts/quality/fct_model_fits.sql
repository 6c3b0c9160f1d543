{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='as_of_date',
    full_refresh=false,
    on_schema_change='append_new_columns'
) }}

{% set of_spend = spend_models() | join("', '") %}
with run_context as (
    select * from {{ ref('int_run_context') }}
),

quality as (
    select * from {{ ref('int_model_quality') }}
),

levels as (
    select * from {{ ref('int_forecast_levels') }} where valued_at = {{ valued_now() }}
),

histories as (
    select * from {{ ref('int_histories_summed') }} where valued_at = {{ valued_now() }}
),

fitted as (
    select * from {{ ref('int_models_fitted') }} where valued_at = {{ valued_now() }}
),

elected as (
    select * from fitted where is_elected and is_usable
),

drifts as (
    select
        valued_at,
        exp(price_drift) - 1 as annual_price_change
    from {{ ref('int_price_drifts') }}
    where valued_at = {{ valued_now() }}
),

elected_spend as (
    select * from {{ ref('int_spend_elected') }} where is_usable and valued_at = {{ valued_now() }}
),

shrunken_means as (
    select spend.*, credibilities.customers
    from {{ ref('int_spend_fitted') }} as spend
    inner join {{ ref('int_spend_credibilities') }} as credibilities
        on
            spend.valued_at = credibilities.valued_at
            and spend.spend_model = credibilities.spend_model
    where spend.valued_at = {{ valued_now() }}
),

customer_models as (
    {% for name, model in fitted_models().items() %}
    select
        '{{ name }}' as model_name,
        {{ model.customers }} as customers
    from histories
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

fits as (
    select
        models.model_name,
        {{ clock_of('models.model_name') }} as clock,
        fitted.log_likelihood,
        fitted.iterations,
        fitted.gradient_norm,
        models.customers,
        coalesce(fitted.status, 'too_few_repeat_customers') as status,
        coalesce(elected.model_name, elected_spend.spend_model) is not null as is_elected,
        fitted.model_name = elected.model_name as is_published
    from customer_models as models
    left join fitted
        on models.model_name = fitted.model_name
    left join elected
        on models.model_name = elected.model_name
    left join elected_spend
        on models.model_name = elected_spend.spend_model
    union all
    select
        shrunken_means.spend_model as model_name,
        'plain' as clock,
        cast(null as {{ type_double() }}) as log_likelihood,
        null as iterations,
        cast(null as {{ type_double() }}) as gradient_norm,
        shrunken_means.customers,
        shrunken_means.status,
        elected_spend.spend_model is not null as is_elected,
        false as is_published
    from shrunken_means
    left join elected_spend
        on shrunken_means.spend_model = elected_spend.spend_model
    union all
    select
        model_name || ': ' || {{ plan_label('plan', 'billing_period') }} as model_name,
        'plain' as clock,
        log_likelihood,
        iterations,
        gradient_norm,
        customers,
        status,
        is_elected and is_usable as is_elected,
        false as is_published
    from {{ ref('int_subscription_models_fitted') }}
),

final as (
    select
        fits.model_name,
        'all' as model_group,
        run_context.as_of_date,
        fits.clock,
        fits.log_likelihood,
        cast(fits.iterations as integer) as iterations,
        fits.gradient_norm,
        cast(fits.customers as bigint) as customers,
        fits.status,
        fits.is_elected,
        case when fits.is_published then levels.level_factor end as level_factor,
        case
            when fits.model_name in ('{{ of_spend }}')
                then drifts.annual_price_change
        end as annual_price_change,
        case when fits.is_published then quality.model_quality end as model_quality,
        case when fits.is_published then quality.model_warnings end as model_warnings
    from fits
    cross join run_context
    cross join quality
    left join levels
        on true
    left join drifts
        on true
)

select * from final
