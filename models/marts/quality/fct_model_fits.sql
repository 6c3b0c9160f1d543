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
    select sums.*
    from {{ ref('int_histories_summed') }} as sums
    inner join run_context
        on sums.cutoff_date = run_context.as_of_date
),

purchase_models as (
    select
        {{ purchase_model_name('models.is_mbg') }} as model_name,
        'r' as parameter_1_name,
        fits.r as parameter_1,
        'alpha' as parameter_2_name,
        fits.alpha as parameter_2,
        'a' as parameter_3_name,
        fits.a as parameter_3,
        'b' as parameter_4_name,
        fits.b as parameter_4,
        fits.log_likelihood,
        fits.iterations,
        fits.gradient_norm,
        histories.customers,
        coalesce(fits.status, 'too_few_repeat_customers') as status
    from histories
    cross join {{ numbered(fitted_purchase_models(), ['is_mbg'], 'models') }}
    left join {{ ref('int_purchase_models_fitted') }} as fits
        on
            histories.cutoff_date = fits.cutoff_date
            and models.is_mbg = fits.is_mbg
),

spend_models as (
    select
        'gamma_gamma' as model_name,
        'p' as parameter_1_name,
        fits.p as parameter_1,
        'q' as parameter_2_name,
        fits.q as parameter_2,
        'gamma' as parameter_3_name,
        fits.gamma as parameter_3,
        cast(null as {{ dbt.type_string() }}) as parameter_4_name,
        cast(null as double precision) as parameter_4,
        fits.log_likelihood,
        fits.iterations,
        fits.gradient_norm,
        histories.spending_customers as customers,
        coalesce(fits.status, 'too_few_repeat_customers') as status
    from histories
    left join {{ ref('int_spend_models_fitted') }} as fits
        on histories.cutoff_date = fits.cutoff_date
),

subscription_models as (
    select
        'shifted_beta_geometric: ' || plan as model_name,
        'alpha' as parameter_1_name,
        alpha as parameter_1,
        'beta' as parameter_2_name,
        beta as parameter_2,
        cast(null as {{ dbt.type_string() }}) as parameter_3_name,
        cast(null as double precision) as parameter_3,
        cast(null as {{ dbt.type_string() }}) as parameter_4_name,
        cast(null as double precision) as parameter_4,
        log_likelihood,
        iterations,
        gradient_norm,
        customers,
        status
    from {{ ref('int_subscription_plans') }}
),

fits as (
    select * from purchase_models
    union all
    select * from spend_models
    union all
    select * from subscription_models
),

final as (
    select
        fits.model_name,
        run_context.as_of_date,
        fits.parameter_1_name,
        fits.parameter_1,
        fits.parameter_2_name,
        fits.parameter_2,
        fits.parameter_3_name,
        fits.parameter_3,
        fits.parameter_4_name,
        fits.parameter_4,
        fits.log_likelihood,
        cast(fits.iterations as integer) as iterations,
        fits.gradient_norm,
        cast(fits.customers as bigint) as customers,
        fits.status
    from fits
    cross join run_context
)

select * from final
