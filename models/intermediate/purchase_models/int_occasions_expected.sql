with models as (
    select * from {{ ref('int_purchase_models_chosen') }} where is_as_of and is_chosen
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

nodes as (
    select * from {{ ref('int_dropout_nodes_weighed') }} where is_as_of and is_chosen and varied_parameter = 'none'
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
        on histories.x = nodes.x
    cross join run_context
),

{% set horizon = weeks_of_months(var('horizon_months')) %}
final as (
    select
        x,
        age,
        sum(weight * ({{ expected_occasions('30 / 7.0') }})) as expected_occasions_30d,
        sum(weight * ({{ expected_occasions('90 / 7.0') }})) as expected_occasions_90d,
        sum(weight * ({{ expected_occasions('365 / 7.0') }})) as expected_occasions_365d,
        sum(weight * ({{ expected_occasions(horizon) }})) as expected_occasions,
        sum(weight * ({{ expected_pairs_of_occasions(horizon) }})) as expected_pairs_of_occasions,
        sum(weight * ({{ discounted_occasions(var('horizon_months'), 'annual_discount_rate') }})) as discounted_occasions
    from evaluated
    group by x, age
)

select * from final
