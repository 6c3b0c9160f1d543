with customers as (
    select * from {{ ref('int_backtest_customers_observed') }}
),

models as (
    select * from {{ ref('int_models_fitted') }} where is_usable
),

nodes as (
    select * from {{ ref('int_nodes_weighed') }} where varied_parameter = 0
),

companies as (
    select * from {{ ref('int_backtest_companies_measured') }}
),

histories as (
    select distinct
        valued_at,
        horizon_weeks,
        x,
        age
    from customers
),

{% for model in fitted_purchase_models() %}
{{ model }}_evaluated as (
    select
        nodes.model_name,
        histories.*,
        nodes.node,
        nodes.weight{% for column, term in purchase_model(model, 'future')(parameters_of(model, 'nodes'), 'histories').items() %},
        {{ term }} as {{ column }}{% endfor %}
    from histories
    inner join nodes
        on
            histories.valued_at = nodes.valued_at
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
        customers.*,
        expected.expected_occasions * {{ by_purchase_model('probability_alive', 'models', ['customers']) }} as predicted_orders,
        {{ expected_value('customers.x', 'customers.mean_repeat_value', 'models.p', 'models.q', 'models.gamma') }} as order_value
    from customers
    inner join models
        on customers.valued_at = models.valued_at
    inner join expected
        on
            models.model_name = expected.model_name
            and customers.valued_at = expected.valued_at
            and customers.horizon_weeks = expected.horizon_weeks
            and customers.x = expected.x
            and customers.age = expected.age
),

-- the customer's own rate goes on; and formula CLV: yearly orders over an average lifetime, the longest while nobody can be gone
forecasts as (
    select * from fitted
    union all
    select
        'naive' as model_name,
        *,
        coalesce({{ ratio('x * horizon_days', 'age_days') }}, 0) as predicted_orders,
        mean_value as order_value
    from customers
    union all
    select
        'formula' as model_name,
        customers.*,
        (customers.x + 1) / greatest(customers.age_days / 365.25e0, 1)
        * least(customers.horizon_days / 365.25e0, coalesce(companies.lifetime_years, {{ var('max_lifetime_years') }}))
            as predicted_orders,
        customers.mean_value as order_value
    from customers
    left join companies
        on customers.valued_at = companies.valued_at
),

final as (
    select
        forecasts.model_name,
        forecasts.valued_at,
        forecasts.horizon_days,
        forecasts.customer_id,
        forecasts.predicted_orders,
        forecasts.actual_orders,
        forecasts.predicted_orders * forecasts.order_value
        * case when companies.clv_basis = 'revenue' then 1 else companies.gross_margin_rate end as predicted_margin,
        forecasts.actual_margin
    from forecasts
    left join companies
        on forecasts.valued_at = companies.valued_at
)

select * from final
