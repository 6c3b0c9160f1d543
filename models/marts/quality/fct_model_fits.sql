{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='as_of_date',
    full_refresh=false,
    on_schema_change='append_new_columns'
) }}

with run_context as (
    select * from {{ ref('int_run_context') }}
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
        fitted.log_likelihood,
        fitted.iterations,
        fitted.gradient_norm,
        models.customers,
        coalesce(fitted.status, 'too_few_repeat_customers') as status,
        elected.model_name is not null as is_elected
    from customer_models as models
    left join fitted
        on models.model_name = fitted.model_name
    left join elected
        on models.model_name = elected.model_name or (models.model_name = 'gamma_gamma' and elected.q is not null)
    union all
    select
        model_name || ': ' || {{ plan_label('plan', 'billing_period') }} as model_name,
        log_likelihood,
        iterations,
        gradient_norm,
        customers,
        status,
        is_elected and is_usable as is_elected
    from {{ ref('int_subscription_models_fitted') }}
),

final as (
    select
        fits.model_name,
        'all' as model_group,
        run_context.as_of_date,
        fits.log_likelihood,
        cast(fits.iterations as integer) as iterations,
        fits.gradient_norm,
        cast(fits.customers as bigint) as customers,
        fits.status,
        fits.is_elected
    from fits
    cross join run_context
)

select * from final
