with customers as (
    select * from {{ ref('int_backtest_customers_observed') }}
),

models as (
    select * from {{ ref('int_models_fitted') }} where is_usable
),

nodes as (
    select * from {{ ref('int_nodes_weighed') }} where varied_parameter = 0
),

timed as (
    select * from {{ ref('int_histories_timed') }}
),

-- the elected model alone at the ends of quarters that are not backtested: by its forecasts the level of later ones is found
forecast as (
    select
        models.model_name,
        customers.valued_at,
        customers.horizon_days,
        customers.customer_id,
        case when models.clock = 'plain' then customers.horizon_days / 7e0 else customers.clock_weeks end as horizon_weeks,
        timed.x,
        timed.t_x,
        timed.age
    from customers
    inner join models
        on customers.valued_at = models.valued_at
    inner join timed
        on
            models.valued_at = timed.valued_at
            and models.clock = timed.clock
            and customers.customer_id = timed.customer_id
    where models.is_elected or customers.is_backtested
),

histories as (
    select distinct
        model_name,
        valued_at,
        horizon_weeks,
        x,
        age
    from forecast
),

{% for model in fitted_purchase_models() %}
{{ model }}_evaluated as (
    select
        histories.*,
        nodes.node,
        nodes.weight{% for column, term in purchase_model(model, 'future')(parameters_of(model, 'nodes'), 'histories').items() %},
        {{ term }} as {{ column }}{% endfor %}
    from histories
    inner join nodes
        on
            histories.model_name = nodes.model_name
            and histories.valued_at = nodes.valued_at
            and histories.x = nodes.x
    where nodes.model_name = '{{ model }}'
),
{% endfor %}

expected as (
    {% for model in fitted_purchase_models() %}
    select
        model_name,
        valued_at,
        horizon_weeks,
        x,
        age,
        {{ exact_sum('weight * (' ~ purchase_model(model, 'expected_occasions')('horizon_weeks') ~ ')') }} as expected_occasions
    from {{ model }}_evaluated
    group by model_name, valued_at, horizon_weeks, x, age
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

fitted as (
    select
        models.model_name,
        models.is_elected,
        customers.*,
        expected.expected_occasions * {{ by_purchase_model('probability_alive', 'models', ['forecast']) }} as predicted_orders
    from forecast
    inner join customers
        on
            forecast.valued_at = customers.valued_at
            and forecast.horizon_days = customers.horizon_days
            and forecast.customer_id = customers.customer_id
    inner join models
        on
            forecast.model_name = models.model_name
            and forecast.valued_at = models.valued_at
    inner join expected
        on
            forecast.model_name = expected.model_name
            and forecast.valued_at = expected.valued_at
            and forecast.horizon_weeks = expected.horizon_weeks
            and forecast.x = expected.x
            and forecast.age = expected.age
),

final as (
    select
        model_name,
        is_elected,
        is_backtested,
        valued_at,
        observed_on,
        horizon_quarters,
        horizon_days,
        customer_id,
        predicted_orders,
        actual_orders,
        actual_margin
    from fitted
)

select * from final
