with models as (
    select * from {{ ref('int_purchase_models_varied') }} where is_as_of and is_chosen
),

nodes as (
    select * from {{ ref('int_dropout_nodes_weighed') }} where is_as_of and is_chosen
),

customers as (
    select * from {{ ref('int_customers_predicted_now') }}
),

histories as (
    select distinct
        x,
        age
    from customers
),

evaluated as (
    select
        models.varied_parameter,
        histories.x,
        histories.age,
        nodes.p,
        nodes.weight,
        models.r + histories.x as r_x,
        models.alpha + histories.age as alpha_age
    from models
    inner join nodes
        on models.varied_parameter = nodes.varied_parameter
    inner join histories
        on nodes.x = histories.x
),

weighed as (
    select
        varied_parameter,
        x,
        age,
        weight * ({{ expected_occasions(weeks_of_months(var('horizon_months'))) }}) as expected_occasions
    from evaluated
),

final as (
    select
        varied_parameter,
        x,
        age,
        {{ exact_sum('expected_occasions') }} as expected_occasions
    from weighed
    group by varied_parameter, x, age
)

select * from final
