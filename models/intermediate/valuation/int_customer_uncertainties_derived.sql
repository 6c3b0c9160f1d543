{% set numbers = range(1, most_parameters() + 1) %}
{% set larger = variation_factor() %}
with customers as (
    select
        predicted.*,
        valued.expected_margin_rate,
        valued.predicted_clv
    from {{ ref('int_customers_predicted') }} as predicted
    inner join {{ ref('int_customers_valued') }} as valued
        on
            predicted.valued_at = valued.valued_at
            and predicted.customer_id = valued.customer_id
    where predicted.valued_at = {{ valued_now() }} and valued.predicted_clv is not null
),

histories as (
    select * from {{ ref('int_histories_timed') }} where valued_at = {{ valued_now() }}
),

models as (
    select distinct
        model_name,
        clock,
        varied_parameter,
        {{ prefixed('parameter_', numbers) | join(', ') }}
    from {{ ref('int_nodes_weighed') }}
    where is_elected and valued_at = {{ valued_now() }}
),

spend_models as (
    select * from {{ ref('int_spend_elected') }} where is_usable and valued_at = {{ valued_now() }}
),

spending as (
    select * from {{ ref('int_spend_measured') }} where valued_at = {{ valued_now() }}
),

expected as (
    select * from {{ ref('int_occasions_expected') }} where valued_at = {{ valued_now() }}
),

varied as (
    select
        histories.customer_id,
        models.varied_parameter,
        expected.expected_occasions * {{ by_purchase_model('probability_alive', 'models', ['histories']) }} as expected_orders
    from histories
    inner join expected
        on
            histories.x = expected.x
            and histories.age = expected.age
    inner join models
        on
            expected.varied_parameter = models.varied_parameter
            and histories.clock = models.clock
),

-- expected orders of each customer, at the parameters and with each a little larger
compared as (
    select
        customer_id,
        {% for number in numbers %}
        max(case when varied_parameter = {{ number }} then expected_orders end) as expected_at_{{ number }},
        {% endfor %}
        max(case when varied_parameter = 0 then expected_orders end) as expected_orders
    from varied
    group by customer_id
),

valued as (
    select
        customers.*,
        {{ by_spend_model('expected_value', 'spend_models', 'spending') }} as order_value,
        {% for number in range(1, 5) %}
        {{ by_spend_model('expected_value', 'spend_models', 'spending', {number: larger}) }} as value_at_{{ number }},
        {% endfor %}
        {{ by_spend_model('mean_variance', 'spend_models', 'spending') }} as variance_of_mean,
        {{ by_spend_model('variance_within', 'spend_models', 'spending') }} as variance_within,
        {{ ratio('customers.discounted_orders * customers.expected_margin_rate', 'customers.expected_orders') }}
            as value_per_revenue,
        customers.expected_pairs_of_orders + customers.expected_orders * (1 - customers.expected_orders) as orders_variance
    from customers
    inner join spend_models
        on customers.valued_at = spend_models.valued_at
    inner join spending
        on customers.customer_id = spending.customer_id
),

final as (
    select
        valued.customer_id,
        {% for number in numbers %}
        {{ gradient('valued.predicted_clv', 'compared.expected_at_' ~ number, 'compared.expected_orders') }}
            as gradient_{{ number }},
        {% endfor %}
        {% for number in range(1, 5) %}
        {{ gradient('valued.predicted_clv', 'valued.value_at_' ~ number, 'valued.order_value') }} as spend_gradient_{{ number }},
        {% endfor %}
        -- the total of a random number of orders of random value
        power(valued.value_per_revenue, 2) * (
            valued.expected_orders * valued.variance_within
            + valued.orders_variance * (power(valued.order_value, 2) + valued.variance_of_mean)
            + power(valued.expected_orders, 2) * valued.variance_of_mean
        ) as process_variance
    from valued
    inner join compared
        on valued.customer_id = compared.customer_id
)

select * from final
