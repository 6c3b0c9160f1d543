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

customer_models as (
    select * from {{ ref('int_models_fitted') }} where valued_at = {{ valued_now() }}
),

spend_models as (
    select * from {{ ref('int_spend_fitted') }} where valued_at = {{ valued_now() }}
),

subscription_models as (
    select * from {{ ref('int_subscription_models_fitted') }} where parameter_1 is not null
),

parameters as (
    {% for name, model in fitted_models().items() %}
    {% for parameter in model.likelihood.parameters %}
    select
        model_name,
        '{{ parameter }}' as parameter,
        parameter_{{ loop.index }} as value,
        cov_{{ loop.index }}{{ loop.index }} as variance
    from customer_models
    where model_name = '{{ name }}'
    union all
    {% endfor %}
    {% endfor %}
    {% for name in ['mean', 'log_mean'] %}
    {% for parameter in ['company_mean', 'variance_within', 'variance_between', 'first_level'] %}
    select
        spend_model as model_name,
        '{{ parameter }}' as parameter,
        spend_{{ loop.index }} as value,
        spend_cov_{{ loop.index }}{{ loop.index }} as variance
    from spend_models
    where spend_model = '{{ name }}'
    union all
    {% endfor %}
    {% endfor %}
    {% if has_clock() %}
    select
        '{{ clocked_model() }}' as model_name,
        parameter,
        value,
        variance
    from {{ ref('int_clock_factors') }}
    where valued_at = {{ valued_now() }}
    union all
    {% endif %}
    {% for name in subscription_models() %}
    {% for parameter in subscription_model(name, 'likelihood')().parameters %}
    select
        model_name || ': ' || {{ plan_label('plan', 'billing_period') }} as model_name,
        '{{ parameter }}' as parameter,
        parameter_{{ loop.index }} as value,
        cov_{{ loop.index }}{{ loop.index }} as variance
    from subscription_models
    where model_name = '{{ name }}'
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- from the standard error of its logarithm; a parameter that the data doesn't tell has none
final as (
    select
        parameters.model_name,
        'all' as model_group,
        run_context.as_of_date,
        parameters.parameter,
        parameters.value,
        parameters.value * sqrt(case when parameters.variance > 0 then parameters.variance end) as standard_error
    from parameters
    cross join run_context
)

select * from final
