with customers as (
    select * from {{ ref('int_spend_measured') }}
),

units as (
    select * from {{ ref('int_histories_summed') }}
),

-- values, and their logarithms, in the unit of the fits
measured as (
    select
        'mean' as spend_model,
        customers.valued_at,
        customers.occasions,
        customers.mean_value / units.mean_value as mean_value,
        customers.squared_deviations / power(units.mean_value, 2) as squared_deviations
    from customers
    inner join units
        on customers.valued_at = units.valued_at
    union all
    select
        'log_mean' as spend_model,
        customers.valued_at,
        customers.log_occasions as occasions,
        customers.mean_log - ln(units.mean_value) as mean_value,
        customers.squared_log_deviations as squared_deviations
    from customers
    inner join units
        on customers.valued_at = units.valued_at
    where customers.log_occasions > 0
),

summed as (
    select
        spend_model,
        valued_at,
        cast(count(*) as {{ type_double() }}) as customers,
        sum(occasions) as occasions,
        sum(occasions * occasions) as squared_occasions,
        {{ exact_sum('occasions * mean_value', 6) }} as total_value,
        {{ exact_sum('occasions * mean_value * mean_value', 6) }} as squared_values,
        {{ exact_sum('squared_deviations', 6) }} as squared_deviations
    from measured
    group by spend_model, valued_at
),

-- unbiased for groups of unequal size: Bühlmann & Gisler (2005), A course in credibility theory, section 4.8
varied as (
    select
        *,
        squared_deviations / nullif(occasions - customers, 0) as variance_within
    from summed
),

separated as (
    select
        *,
        greatest(
            (squared_values - total_value * total_value / occasions - (customers - 1) * variance_within)
            / nullif(occasions - squared_occasions / occasions, 0), 0e0
        ) as variance_between
    from varied
    where variance_within is not null
),

weighed as (
    select
        separated.spend_model,
        separated.valued_at,
        measured.mean_value,
        {{ credibility('measured.occasions', 'separated.variance_within', 'separated.variance_between') }} as weight
    from separated
    inner join measured
        on
            separated.spend_model = measured.spend_model
            and separated.valued_at = measured.valued_at
),

averaged as (
    select
        spend_model,
        valued_at,
        {{ exact_sum('weight', 9) }} as weights,
        {{ exact_sum('weight * mean_value', 6) }} as weighted_values
    from weighed
    group by spend_model, valued_at
),

-- where customers are alike, all occasions count alike
final as (
    select
        separated.spend_model,
        separated.valued_at,
        case
            when averaged.weights > 0 then averaged.weighted_values / averaged.weights
            else separated.total_value / separated.occasions
        end as company_mean,
        case
            when averaged.weights > 0 then separated.variance_between / averaged.weights
            else separated.variance_within / separated.occasions
        end as company_mean_variance,
        separated.variance_within,
        separated.variance_between,
        separated.customers,
        separated.occasions
    from separated
    inner join averaged
        on
            separated.spend_model = averaged.spend_model
            and separated.valued_at = averaged.valued_at
)

select * from final
