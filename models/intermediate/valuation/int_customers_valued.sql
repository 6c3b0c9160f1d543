with customers as (
    select
        *,
        case when clv_basis = 'margin' then gross_margin else net_revenue end as historical_clv
    from {{ ref('int_customers_measured') }}
),

predictions as (
    select * from {{ ref('int_customers_predicted') }}
),

order_values as (
    select * from {{ ref('int_order_values_expected') }}
),

predicted as (
    select
        customers.valued_at,
        customers.customer_id,
        customers.historical_clv,
        customers.clv_basis,
        order_values.expected_margin_rate,
        {% for age in clv_ages() %}
        customers.value_by_{{ age }}m,
        case
            when {{ months_of_age('customers.age_days') }} >= {{ age }} then 0 else predictions.revenue_to_{{ age }}m
        end as revenue_to_{{ age }}m,
        {% endfor %}
        predictions.predicted_revenue
    from customers
    inner join order_values
        on
            customers.valued_at = order_values.valued_at
            and customers.customer_id = order_values.customer_id
    left join predictions
        on
            customers.valued_at = predictions.valued_at
            and customers.customer_id = predictions.customer_id
),

priced as (
    select
        *,
        {{ to_money('predicted_revenue * expected_margin_rate') }} as predicted_clv
    from predicted
),

totalled as (
    select
        valued_at,
        customer_id,
        cast(historical_clv as {{ type_money() }}) as historical_clv,
        clv_basis,
        expected_margin_rate,
        predicted_clv,
        {% for age in clv_ages() %}
        {{ to_money('value_by_' ~ age ~ 'm + revenue_to_' ~ age ~ 'm * expected_margin_rate') }} as clv_{{ age }}m,
        {% endfor %}
        cast(historical_clv + predicted_clv as {{ type_money() }}) as total_clv
    from priced
),

ranked as (
    select
        *,
        row_number() over (partition by valued_at order by {{ value_order() }}) as value_rank,
        count(*) over (partition by valued_at) as customers
    from totalled
),

final as (
    select
        valued_at,
        customer_id,
        historical_clv,
        clv_basis,
        expected_margin_rate,
        predicted_clv,
        total_clv,
        {% for age in clv_ages() %}
        clv_{{ age }}m,
        {% endfor %}
        {{ value_tier('value_rank', 'customers') }} as value_tier
    from ranked
)

select * from final
