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
    select
        timed.*,
        customers.mean_repeat_value
    from {{ ref('int_histories_timed') }} as timed
    inner join {{ ref('int_customers_measured') }} as customers
        on
            timed.valued_at = customers.valued_at
            and timed.customer_id = customers.customer_id
    where timed.valued_at = {{ valued_now() }}
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

spend_model as (
    select
        clock,
        p,
        q,
        gamma
    from {{ ref('int_models_fitted') }}
    where is_elected and valued_at = {{ valued_now() }}
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

-- the scale of the customer's spend has a gamma distribution of this shape and total
spending as (
    select
        customers.*,
        spend_model.p,
        spend_model.p * histories.x + spend_model.q as shape,
        spend_model.gamma + histories.x * coalesce(histories.mean_repeat_value, 0) as total,
        {{ expected_value('x', 'mean_repeat_value', 'p', 'q', 'gamma') }} as order_value,
        {{ expected_value('x', 'mean_repeat_value', 'p * ' ~ larger, 'q', 'gamma') }} as value_at_1,
        {{ expected_value('x', 'mean_repeat_value', 'p', 'q * ' ~ larger, 'gamma') }} as value_at_2,
        {{ expected_value('x', 'mean_repeat_value', 'p', 'q', 'gamma * ' ~ larger) }} as value_at_3,
        {{ ratio('discounted_orders * expected_margin_rate', 'expected_orders') }} as value_per_revenue,
        customers.expected_pairs_of_orders + customers.expected_orders * (1 - customers.expected_orders) as orders_variance
    from customers
    cross join spend_model
    inner join histories
        on
            customers.customer_id = histories.customer_id
            and spend_model.clock = histories.clock
),

final as (
    select
        spending.customer_id,
        {% for number in numbers %}
        {{ gradient('spending.predicted_clv', 'compared.expected_at_' ~ number, 'compared.expected_orders') }}
            as gradient_{{ number }},
        {% endfor %}
        {{ gradient('spending.predicted_clv', 'spending.value_at_1', 'spending.order_value') }} as spend_gradient_1,
        {{ gradient('spending.predicted_clv', 'spending.value_at_2', 'spending.order_value') }} as spend_gradient_2,
        {{ gradient('spending.predicted_clv', 'spending.value_at_3', 'spending.order_value') }} as spend_gradient_3,
        -- the total of a random number of orders of random value
        case
            when spending.shape > 2
                then power(spending.value_per_revenue * spending.total / (spending.shape - 1), 2) / (spending.shape - 2) * (
                    (spending.shape - 1)
                    * (spending.expected_orders * spending.p + spending.orders_variance * spending.p * spending.p)
                    + power(spending.expected_orders * spending.p, 2)
                )
        end as process_variance
    from spending
    inner join compared
        on spending.customer_id = compared.customer_id
)

select * from final
