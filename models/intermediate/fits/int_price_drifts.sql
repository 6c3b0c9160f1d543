{% set is_material = 'customers >= ' ~ var('min_repeat_customers') ~ ' and abs(drift) >= ' ~ least_price_drift()
    ~ ' and abs(drift) > 3 * standard_error' if has_price_drift() else 'false' %}
with customers as (
    select
        *,
        log_occasions - case when first_log_value is null then 0 else 1 end as log_repeats,
        log_values - coalesce(first_log_value, 0) as repeat_logs
    from {{ ref('int_customers_measured') }}
    where x > 1
),

-- how the value of a customer's repeats moves with time: the first order may have been welcomed with a discount
moved as (
    select
        valued_at,
        (squared_log_days - log_days * log_days / log_repeats) / 133225e0 as squared_years,
        (aged_logs - repeat_logs * log_days / log_repeats) / 365e0 as products
    from customers
    where log_repeats > 1
),

summed as (
    select
        valued_at,
        count(*) as customers,
        {{ exact_sum('squared_years', 6) }} as squared_years,
        {{ exact_sum('products', 6) }} as products,
        {{ exact_sum('squared_years * squared_years', 6) }} as fourth_powers,
        {{ exact_sum('squared_years * products', 6) }} as mixed,
        {{ exact_sum('products * products', 6) }} as squared_products
    from moved
    group by valued_at
),

-- one rate for all, each customer from its own level; customers as clusters:
-- Wooldridge (2010), Econometric analysis of cross section and panel data, section 10.5
estimated as (
    select
        valued_at,
        customers,
        products / squared_years as drift,
        sqrt(greatest(
            squared_products - 2 * products / squared_years * mixed + power(products / squared_years, 2) * fourth_powers, 0e0
        )) / squared_years as standard_error
    from summed
    where squared_years > 0
),

final as (
    select
        valued_at,
        customers,
        {{ settled('drift', 9) }} as estimated_drift,
        standard_error,
        case when {{ is_material }} then {{ settled('drift', 9) }} else 0e0 end as price_drift
    from estimated
)

select * from final
