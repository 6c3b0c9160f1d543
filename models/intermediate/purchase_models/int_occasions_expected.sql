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
{% set terms = {
    'expected_occasions_30d': expected_occasions('30 / 7.0'),
    'expected_occasions_90d': expected_occasions('90 / 7.0'),
    'expected_occasions_365d': expected_occasions('365 / 7.0'),
    'expected_occasions': expected_occasions(horizon),
    'expected_pairs_of_occasions': expected_pairs_of_occasions(horizon),
    'discounted_occasions': discounted_occasions(var('horizon_months'), 'annual_discount_rate'),
} %}
weighed as (
    select
        x,
        age,
        {% for name, term in terms.items() %}
        weight * ({{ term }}) as {{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from evaluated
),

final as (
    select
        x,
        age,
        {% for name in terms %}
        {{ exact_sum(name) }} as {{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from weighed
    group by x, age
)

select * from final
