with customers as (
    select * from {{ ref('int_backtest_customers_observed') }} where is_backtested
),

companies as (
    select * from {{ ref('int_backtest_companies_measured') }}
),

-- who came since has the mean of those who were there
year_before as (
    select
        *,
        coalesce(orders_a_year_before, avg(orders_a_year_before) over (partition by valued_at, horizon_days)) as orders
    from customers
),

-- the customer's own rate goes on; and formula CLV: yearly orders over an average lifetime, the longest while nobody can be gone
forecasts as (
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
    union all
    select
        'same_period_last_year' as model_name,
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
        forecasts.valued_at,
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
