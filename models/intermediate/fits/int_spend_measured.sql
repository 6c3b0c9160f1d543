{{ config(materialized='view') }}

with customers as (
    select * from {{ ref('int_customers_measured') }} where x is not null
),

drifts as (
    select * from {{ ref('int_price_drifts') }}
),

priced as (
    select
        {{ at_todays_prices('customers', 'drifts') }}
    from customers
    left join drifts
        on customers.valued_at = drifts.valued_at
),

levels as (
    select * from {{ ref('int_spend_levels') }}
),

-- the first occasion at the level of the repeats
levelled as (
    select
        priced.valued_at,
        priced.customer_id,
        priced.x,
        priced.mean_repeat_value,
        priced.x + 1 as occasions,
        levels.first_level * priced.first_value as first_value,
        priced.x * coalesce(priced.mean_repeat_value, 0) as repeat_values,
        priced.squared_values - priced.first_value * priced.first_value as squared_repeat_values,
        cast(priced.log_occasions as {{ type_double() }}) as log_occasions,
        priced.log_values + case when priced.first_log_value is null then 0 else levels.log_level end as log_values,
        case when priced.first_log_value is null then 0e0 else 1e0 end as log_firsts,
        levels.valued_share,
        priced.squared_logs
        + case
            when priced.first_log_value is null then 0
            else levels.log_level * (levels.log_level + 2 * priced.first_log_value)
        end as squared_logs
    from priced
    inner join levels
        on priced.valued_at = levels.valued_at
),

final as (
    select
        valued_at,
        customer_id,
        x,
        mean_repeat_value,
        occasions,
        first_value,
        (first_value + repeat_values) / occasions as mean_value,
        greatest(
            squared_repeat_values + first_value * first_value - power(first_value + repeat_values, 2) / occasions, 0e0
        ) as squared_deviations,
        log_occasions,
        log_firsts,
        valued_share,
        coalesce(log_values / nullif(log_occasions, 0), 0e0) as mean_log,
        greatest(squared_logs - coalesce(log_values * log_values / nullif(log_occasions, 0), 0e0), 0e0) as squared_log_deviations
    from levelled
)

select * from final
