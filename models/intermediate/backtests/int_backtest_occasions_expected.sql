with backtests as (
    select * from {{ ref('int_backtests_listed') }}
),

models as (
    select * from {{ ref('int_purchase_models_chosen') }} where not is_as_of
),

nodes as (
    select * from {{ ref('int_dropout_nodes_weighed') }} where not is_as_of
),

histories as (
    select distinct
        cutoff_date,
        x,
        age
    from {{ ref('int_customer_histories_counted') }}
),

evaluated as (
    select
        models.model_name,
        models.cutoff_date,
        backtests.horizon_days,
        histories.x,
        histories.age,
        nodes.p,
        nodes.weight,
        models.r + histories.x as r_x,
        models.alpha + histories.age as alpha_age
    from models
    inner join backtests
        on models.cutoff_date = backtests.cutoff_date
    inner join histories
        on models.cutoff_date = histories.cutoff_date
    inner join nodes
        on
            models.cutoff_date = nodes.cutoff_date
            and models.model_name = nodes.model_name
            and histories.x = nodes.x
),

weighed as (
    select
        model_name,
        cutoff_date,
        horizon_days,
        x,
        age,
        weight * ({{ expected_occasions('horizon_days / 7.0') }}) as expected_occasions
    from evaluated
),

final as (
    select
        model_name,
        cutoff_date,
        horizon_days,
        x,
        age,
        {{ exact_sum('expected_occasions') }} as expected_occasions
    from weighed
    group by model_name, cutoff_date, horizon_days, x, age
)

select * from final
