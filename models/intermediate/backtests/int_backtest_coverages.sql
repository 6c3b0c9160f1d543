{% set most = 200 %}
{% set tail = '1e-1' %}
with backtests as (
    select * from {{ ref('int_backtest_customers_observed') }} where is_backtested
),

models as (
    select * from {{ ref('int_models_fitted') }} where is_elected and is_usable
),

timed as (
    select * from {{ ref('int_histories_timed') }}
),

levels as (
    select * from {{ ref('int_forecast_levels') }}
),

-- the level makes a horizon longer or shorter
customers as (
    select
        models.model_name,
        {{ prefixed('models.parameter_', range(1, most_parameters() + 1)) | join(', ') }},
        backtests.valued_at,
        backtests.horizon_days,
        backtests.customer_id,
        timed.x,
        timed.age,
        {{ by_purchase_model('probability_alive', 'models', ['timed']) }} as probability_alive,
        levels.level_factor
        * case when models.clock = 'plain' then backtests.horizon_days / 7e0 else backtests.clock_weeks end as weeks,
        least(backtests.actual_orders, {{ most }}e0) as most_orders
    from backtests
    inner join models
        on backtests.valued_at = models.valued_at
    inner join levels
        on backtests.valued_at = levels.valued_at
    inner join timed
        on
            models.valued_at = timed.valued_at
            and models.clock = timed.clock
            and backtests.customer_id = timed.customer_id
),

{% set keys = ['valued_at', 'horizon_days', 'x', 'age', 'most_orders'] %}
{% for model in elected_purchase_models() %}
{{ model }}_histories as (
    select distinct
        {{ keys | join(', ') }},
        weeks,
        {{ prefixed('parameter_', range(1, most_parameters() + 1)) | join(', ') }}
    from customers
    where model_name = '{{ model }}'
),

{{ model }} as (
    {{ order_chances(model, model ~ '_histories', keys, most) }}
),

{% endfor %}
chances as (
    {% for model in elected_purchase_models() %}
    select * from {{ model }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

reached as (
    select
        {{ keys | join(', ') }},
        max(case when orders = most_orders then chance end) as chance_of_as_many,
        max(case when orders = most_orders + 1 then chance end) as chance_of_more
    from chances
    group by {{ keys | join(', ') }}
),

-- neither so few nor so many is less likely than the tail of the interval
final as (
    select
        customers.valued_at,
        customers.horizon_days,
        customers.customer_id,
        1 - customers.probability_alive * reached.chance_of_more > {{ tail }}
        and (
            customers.most_orders = 0
            or customers.probability_alive * reached.chance_of_as_many > {{ tail }}
        ) as is_inside
    from customers
    inner join reached
        on
            customers.valued_at = reached.valued_at
            and customers.horizon_days = reached.horizon_days
            and customers.x = reached.x
            and customers.age = reached.age
            and customers.most_orders = reached.most_orders
)

select * from final
