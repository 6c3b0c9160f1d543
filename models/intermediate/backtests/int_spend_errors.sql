with observed as (
    select * from {{ ref('int_backtest_customers_observed') }} where horizon_quarters = 1 and actual_orders > 0
),

customers as (
    select * from {{ ref('int_spend_measured') }}
),

models as (
    select * from {{ ref('int_spend_fitted') }} where is_usable
),

-- what an occasion of the next quarter was expected to bring, and what it brought
compared as (
    select
        observed.valued_at,
        observed.observed_on,
        models.spend_model,
        {{ by_spend_model('expected_value', 'models', 'customers') }} as expected_value,
        observed.actual_revenue / observed.actual_orders as actual_value
    from observed
    inner join customers
        on
            observed.valued_at = customers.valued_at
            and observed.customer_id = customers.customer_id
    inner join models
        on observed.valued_at = models.valued_at
    where models.spend_model in ('{{ candidate_spend_models() | join("', '") }}')
),

final as (
    select
        valued_at,
        observed_on,
        spend_model,
        count(*) as customers,
        {{ exact_sum('abs(expected_value - actual_value)', 4) }} as absolute_error
    from {{ restated('compared', dates='int_dates_listed') }}
    group by valued_at, observed_on, spend_model
)

select * from final
