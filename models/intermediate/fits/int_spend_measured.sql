{{ config(materialized='view') }}

with customers as (
    select * from {{ ref('int_customers_measured') }} where x is not null
),

levels as (
    select * from {{ ref('int_spend_levels') }}
),

-- the first occasion at the level of the repeats
levelled as (
    select
        customers.valued_at,
        customers.customer_id,
        customers.x,
        customers.mean_repeat_value,
        customers.x + 1 as occasions,
        levels.first_level * customers.first_value as first_value,
        customers.x * coalesce(customers.mean_repeat_value, 0) as repeat_values,
        customers.squared_values - customers.first_value * customers.first_value as squared_repeat_values,
        cast(customers.log_occasions as {{ type_double() }}) as log_occasions,
        customers.log_values + case when customers.first_log_value is null then 0 else levels.log_level end as log_values,
        case when customers.first_log_value is null then 0e0 else 1e0 end as log_firsts,
        levels.valued_share,
        customers.squared_logs
        + case
            when customers.first_log_value is null then 0
            else levels.log_level * (levels.log_level + 2 * customers.first_log_value)
        end as squared_logs
    from customers
    inner join levels
        on customers.valued_at = levels.valued_at
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
