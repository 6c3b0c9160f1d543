with models as (
    select * from {{ ref('int_purchase_models_chosen') }} where not is_as_of and is_chosen
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

nodes as (
    select * from {{ ref('int_dropout_nodes_weighed') }} where not is_as_of and is_chosen
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
        histories.cutoff_date,
        histories.x,
        histories.age,
        nodes.p,
        nodes.weight,
        models.r + histories.x as r_x,
        models.alpha + histories.age as alpha_age,
        run_context.annual_discount_rate
    from models
    inner join histories
        on models.cutoff_date = histories.cutoff_date
    inner join nodes
        on
            histories.cutoff_date = nodes.cutoff_date
            and histories.x = nodes.x
    cross join run_context
),

weighed as (
    select
        cutoff_date,
        x,
        age,
        weight * ({{ discounted_occasions(var('horizon_months'), 'annual_discount_rate') }}) as discounted_occasions
    from evaluated
),

final as (
    select
        cutoff_date,
        x,
        age,
        {{ exact_sum('discounted_occasions') }} as discounted_occasions
    from weighed
    group by cutoff_date, x, age
)

select * from final
