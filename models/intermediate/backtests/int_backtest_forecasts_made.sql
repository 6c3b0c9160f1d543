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
        expected.expected_occasions * {{ by_purchase_model('probability_alive', 'models', ['forecast']) }} as predicted_orders,
        {{ expected_value('customers.x', 'customers.mean_repeat_value', 'models.p', 'models.q', 'models.gamma') }} as order_value
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

-- who came since has the mean of those who were there
year_before as (
    select
        *,
        coalesce(orders_a_year_before, avg(orders_a_year_before) over (partition by valued_at, horizon_days)) as orders
    from customers
    where is_backtested
),

-- the customer's own rate goes on; and formula CLV: yearly orders over an average lifetime, the longest while nobody can be gone
forecasts as (
    select * from fitted
    union all
    select
        'naive' as model_name,
        false as is_elected,
        *,
        coalesce({{ ratio('x * horizon_days', 'age_days') }}, 0) as predicted_orders,
        mean_value as order_value
    from customers
    where is_backtested
    union all
    select
        'formula' as model_name,
        false as is_elected,
        customers.*,
        (customers.x + 1) / greatest(customers.age_days / 365.25e0, 1)
        * least(customers.horizon_days / 365.25e0, coalesce(companies.lifetime_years, {{ var('max_lifetime_years') }}))
            as predicted_orders,
        customers.mean_value as order_value
    from customers
    left join companies
        on customers.valued_at = companies.valued_at
    where customers.is_backtested
    union all
    select
        'same_period_last_year' as model_name,
        false as is_elected,
        customers.*,
        year_before.orders as predicted_orders,
        customers.mean_value as order_value
    from customers
    inner join year_before
        on
            customers.valued_at = year_before.valued_at
            and customers.horizon_days = year_before.horizon_days
            and customers.customer_id = year_before.customer_id
    where year_before.orders is not null
),

final as (
    select
        forecasts.model_name,
        forecasts.is_elected,
        forecasts.is_backtested,
        forecasts.valued_at,
        forecasts.observed_on,
        forecasts.horizon_quarters,
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
