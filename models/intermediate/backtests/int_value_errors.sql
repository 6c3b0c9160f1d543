{% set candidates = candidate_spend_models() | join("', '") %}
with observed as (
    select * from {{ ref('int_backtest_customers_observed') }} where horizon_quarters = 1 and actual_orders > 0
),

spending as (
    select * from {{ ref('int_spend_measured') }}
),

spend_models as (
    select * from {{ ref('int_spend_fitted') }} where is_usable
),

customers as (
    select * from {{ ref('int_customers_measured') }}
),

levels as (
    select * from {{ ref('int_margin_levels') }} where clv_basis = 'margin' and company_rate is not null
),

-- what an occasion of the next quarter was expected to bring, and what it brought; and of what it brought, the margin
compared as (
    select
        observed.valued_at,
        observed.observed_on,
        spend_models.spend_model as model_name,
        {{ by_spend_model('expected_value', 'spend_models', 'spending') }}
        - observed.actual_revenue / observed.actual_orders as error
    from observed
    inner join spending
        on
            observed.valued_at = spending.valued_at
            and observed.customer_id = spending.customer_id
    inner join spend_models
        on observed.valued_at = spend_models.valued_at
    where spend_models.spend_model in ('{{ candidates }}')
    {% for model in margin_models() %}
    union all
    select
        observed.valued_at,
        observed.observed_on,
        '{{ model }}' as model_name,
        observed.actual_revenue
        * {{ expected_margin_rate("'" ~ model ~ "'", 'levels', 'customers') }} - observed.actual_margin as error
    from observed
    inner join customers
        on
            observed.valued_at = customers.valued_at
            and observed.customer_id = customers.customer_id
    inner join levels
        on observed.valued_at = levels.valued_at
    where observed.actual_margin is not null
    {% endfor %}
),

final as (
    select
        valued_at,
        observed_on,
        model_name,
        count(*) as customers,
        {{ exact_sum('abs(error)', 4) }} as absolute_error
    from {{ restated('compared', dates='int_dates_listed') }}
    group by valued_at, observed_on, model_name
)

select * from final
