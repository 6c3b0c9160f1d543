{{ config(materialized='view') }}

with customers as (
    select * from {{ ref('int_backtest_customers_observed') }}
),

models as (
    select * from {{ ref('int_purchase_models_chosen') }} where not is_as_of
),

expected as (
    select * from {{ ref('int_backtest_occasions_expected') }}
),

companies as (
    select * from {{ ref('int_backtest_companies_measured') }}
),

fitted as (
    select
        models.model_name,
        customers.*,
        expected.expected_occasions * {{ probability_alive(
            'customers.x', 'customers.t_x', 'customers.age', 'models.r', 'models.alpha', 'models.a', 'models.b', 'models.is_mbg'
        ) }} as predicted_orders,
        {{ expected_value('customers.x', 'customers.mean_repeat_value', 'models.p', 'models.q', 'models.gamma') }} as order_value
    from customers
    inner join models
        on customers.cutoff_date = models.cutoff_date
    inner join expected
        on
            models.model_name = expected.model_name
            and customers.cutoff_date = expected.cutoff_date
            and customers.horizon_days = expected.horizon_days
            and customers.x = expected.x
            and customers.age = expected.age
),

-- each customer's own rate of repeat occasions goes on
naive as (
    select
        'naive' as model_name,
        *,
        coalesce({{ ratio('x', 'age') }}, 0) * horizon_days / 7.0 as predicted_orders,
        mean_value as order_value
    from customers
),

-- as formula CLV sees it: the customer's yearly orders, over the lifetime of the company's average customer, or, as long as
-- nobody can have been seen to leave, the longest
formula as (
    select
        'formula' as model_name,
        customers.*,
        (customers.x + 1) / greatest(customers.age * 7 / 365.25, 1)
        * least(customers.horizon_days / 365.25, coalesce(companies.lifetime_years, {{ var('max_lifetime_years') }}))
            as predicted_orders,
        customers.mean_value as order_value
    from customers
    left join companies
        on customers.cutoff_date = companies.cutoff_date
),

forecasts as (
    select * from fitted
    union all
    select * from naive
    union all
    select * from formula
),

final as (
    select
        forecasts.model_name,
        forecasts.cutoff_date,
        forecasts.horizon_days,
        forecasts.customer_id,
        forecasts.predicted_orders,
        forecasts.actual_orders,
        forecasts.predicted_orders * forecasts.order_value * case
            when companies.clv_basis = 'revenue' then 1 else companies.gross_margin_rate
        end as predicted_margin,
        forecasts.actual_margin
    from forecasts
    left join companies
        on forecasts.cutoff_date = companies.cutoff_date
)

select * from final
