with measured as (
    select * from {{ ref('int_customers_measured') }} where x > 0
),

drifts as (
    select * from {{ ref('int_price_drifts') }}
),

priced as (
    select
        {{ at_todays_prices('measured', 'drifts') }}
    from measured
    left join drifts
        on measured.valued_at = drifts.valued_at
),

customers as (
    select
        *,
        log_occasions - case when first_log_value is null then 0 else 1 end as log_repeats
    from priced
),

units as (
    select * from {{ ref('int_histories_summed') }} where spending_customers >= {{ var('min_repeat_customers') }}
),

-- what the first occasion of a customer was worth, beside the repeats
compared as (
    select
        customers.valued_at,
        customers.x,
        customers.log_repeats,
        customers.first_value / units.mean_value as first_value,
        customers.mean_repeat_value / units.mean_value as repeat_value,
        case
            when customers.log_repeats > 0
                then (customers.log_values - customers.first_log_value) / customers.log_repeats - customers.first_log_value
        end as log_difference
    from customers
    inner join units
        on customers.valued_at = units.valued_at
),

summed as (
    select
        valued_at,
        count(*) as customers,
        {{ exact_sum('first_value', 6) }} as first_values,
        {{ exact_sum('repeat_value', 6) }} as repeat_values,
        {{ exact_sum('first_value * first_value', 6) }} as squared_first_values,
        {{ exact_sum('repeat_value * repeat_value', 6) }} as squared_repeat_values,
        {{ exact_sum('first_value * repeat_value', 6) }} as products,
        count(log_difference) as log_customers,
        {{ exact_sum('log_difference') }} as log_differences,
        {{ exact_sum('log_difference * log_difference') }} as squared_log_differences,
        sum(log_repeats) / sum(x) as valued_share
    from compared
    group by valued_at
),

levelled as (
    select
        *,
        case when first_values > 0 and repeat_values > 0 then repeat_values / first_values else 1e0 end as first_level,
        coalesce(log_differences / nullif(log_customers, 0), 0e0) as log_level
    from summed
),

-- Cochran (1977), Sampling techniques, section 2.11, for the ratio of the means
final as (
    select
        valued_at,
        first_level,
        case
            when repeat_values > 0
                then greatest(
                    squared_repeat_values - 2 * first_level * products + first_level * first_level * squared_first_values, 0e0
                ) / power(repeat_values, 2)
        end as first_level_variance,
        log_level,
        case
            when log_customers > 1
                then
                    greatest(squared_log_differences - log_customers * log_level * log_level, 0e0)
                    / (log_customers - 1) / log_customers
        end as log_level_variance,
        valued_share
    from levelled
)

select * from final
