with customers as (
    select * from {{ ref('int_customers_valued_now') }} where predicted_clv is not null
),

models as (
    select * from {{ ref('int_purchase_models_varied') }} where is_as_of and is_chosen
),

spend_model as (
    select
        p,
        q,
        gamma
    from {{ ref('int_purchase_models_chosen') }}
    where is_as_of and is_chosen
),

expected as (
    select * from {{ ref('int_occasions_varied') }}
),

varied as (
    select
        customers.customer_id,
        models.varied_parameter,
        expected.expected_occasions * {{ probability_alive(
            'customers.x', 'customers.t_x', 'customers.age', 'models.r', 'models.alpha', 'models.a', 'models.b', 'models.is_mbg'
        ) }} as expected_orders
    from customers
    inner join expected
        on
            customers.x = expected.x
            and customers.age = expected.age
    inner join models
        on expected.varied_parameter = models.varied_parameter
),

-- expected orders of each customer, at the parameters and with each a little larger
compared as (
    select
        customer_id,
        max(case when varied_parameter = 'none' then expected_orders end) as expected_orders,
        max(case when varied_parameter = 'r' then expected_orders end) as expected_at_r,
        max(case when varied_parameter = 'alpha' then expected_orders end) as expected_at_alpha,
        max(case when varied_parameter = 'a' then expected_orders end) as expected_at_a,
        max(case when varied_parameter = 'b' then expected_orders end) as expected_at_b
    from varied
    group by customer_id
),

{% set larger = variation_factor() %}
-- the scale of the customer's spend has a gamma distribution of this shape and total
spending as (
    select
        customers.*,
        spend_model.p,
        spend_model.p * customers.x + spend_model.q as shape,
        spend_model.gamma + customers.x * coalesce(customers.mean_repeat_value, 0) as total,
        {{ expected_value('x', 'mean_repeat_value', 'p', 'q', 'gamma') }} as order_value,
        {{ expected_value('x', 'mean_repeat_value', 'p * ' ~ larger, 'q', 'gamma') }} as value_at_p,
        {{ expected_value('x', 'mean_repeat_value', 'p', 'q * ' ~ larger, 'gamma') }} as value_at_q,
        {{ expected_value('x', 'mean_repeat_value', 'p', 'q', 'gamma * ' ~ larger) }} as value_at_gamma,
        {{ ratio('discounted_orders * expected_margin_rate', 'expected_orders') }} as value_per_revenue,
        customers.expected_pairs_of_orders + customers.expected_orders * (1 - customers.expected_orders) as orders_variance
    from customers
    cross join spend_model
),

final as (
    select
        spending.customer_id,
        {{ gradient('spending.predicted_clv', 'compared.expected_at_r', 'compared.expected_orders') }} as gradient_r,
        {{ gradient('spending.predicted_clv', 'compared.expected_at_alpha', 'compared.expected_orders') }} as gradient_alpha,
        {{ gradient('spending.predicted_clv', 'compared.expected_at_a', 'compared.expected_orders') }} as gradient_a,
        {{ gradient('spending.predicted_clv', 'compared.expected_at_b', 'compared.expected_orders') }} as gradient_b,
        {{ gradient('spending.predicted_clv', 'spending.value_at_p', 'spending.order_value') }} as gradient_p,
        {{ gradient('spending.predicted_clv', 'spending.value_at_q', 'spending.order_value') }} as gradient_q,
        {{ gradient('spending.predicted_clv', 'spending.value_at_gamma', 'spending.order_value') }} as gradient_gamma,
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
