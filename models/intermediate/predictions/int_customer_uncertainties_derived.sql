{% set purchase_parameters = bg_nbd_likelihood().parameters %}
{% set spend_parameters = gamma_gamma_likelihood().parameters %}
with customers as (
    select * from {{ ref('int_customers_valued') }} where predicted_clv is not null
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

varied as (
    select * from {{ ref('int_occasions_varied') }}
),

-- expected occasions of each customer, at the parameters and with each a little larger
compared as (
    select
        customers.customer_id,
        {%- for parameter in ['none'] + purchase_parameters %}
        max(case when varied.varied_parameter = '{{ parameter }}' then varied.expected_occasions * {{ probability_alive(
            'customers.x', 'customers.t_x', 'customers.age', 'models.r', 'models.alpha', 'models.a', 'models.b', 'models.is_mbg'
        ) }} end) as occasions_{{ parameter }}{{ ',' if not loop.last }}
        {%- endfor %}
    from customers
    inner join varied
        on
            customers.x = varied.x
            and customers.age = varied.age
    inner join models
        on varied.varied_parameter = models.varied_parameter
    group by customers.customer_id
),

-- of the scale of the customer's spend, gamma with these, the first two moments are known
spending as (
    select
        customers.*,
        spend_model.p,
        spend_model.q,
        spend_model.gamma,
        spend_model.p * customers.x + spend_model.q as shape,
        spend_model.gamma + customers.x * coalesce(customers.mean_repeat_value, 0) as total,
        {{ ratio('customers.discounted_orders * customers.expected_margin_rate', 'customers.expected_orders') }} as value_per_revenue,
        customers.expected_pairs_of_orders + customers.expected_orders - customers.expected_orders * customers.expected_orders
            as orders_variance
    from customers
    cross join spend_model
),

final as (
    select
        spending.customer_id,
        {%- for parameter in purchase_parameters %}
        coalesce(spending.predicted_clv * ({{ ratio('compared.occasions_' ~ parameter, 'compared.occasions_none') }} - 1), 0)
            / ln({{ variation() }}) as gradient_{{ parameter }},
        {%- endfor %}
        {%- for parameter in spend_parameters %}
        coalesce(spending.predicted_clv * ({{ ratio(
            expected_value(
                'spending.x',
                'spending.mean_repeat_value',
                'spending.p' ~ (' * ' ~ variation() if parameter == 'p' else ''),
                'spending.q' ~ (' * ' ~ variation() if parameter == 'q' else ''),
                'spending.gamma' ~ (' * ' ~ variation() if parameter == 'gamma' else '')
            ),
            expected_value('spending.x', 'spending.mean_repeat_value', 'spending.p', 'spending.q', 'spending.gamma')
        ) }} - 1), 0) / ln({{ variation() }}) as gradient_{{ parameter }},
        {%- endfor %}
        -- the total of a random number of occasions of random value
        case
            when spending.shape > 2
                then power(spending.value_per_revenue * spending.total / (spending.shape - 1), 2) / (spending.shape - 2) * (
                    (spending.expected_orders * spending.p + spending.orders_variance * spending.p * spending.p) * (spending.shape - 1)
                    + power(spending.expected_orders * spending.p, 2)
                )
        end as process_variance
    from spending
    inner join compared
        on spending.customer_id = compared.customer_id
)

select * from final
