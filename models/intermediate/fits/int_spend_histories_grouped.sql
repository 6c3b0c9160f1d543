with histories as (
    select * from {{ ref('int_customer_histories_counted') }} where mean_repeat_value > 0
),

sums as (
    select * from {{ ref('int_histories_summed') }} where spending_customers >= {{ var('min_repeat_customers') }}
),

grouped as (
    select
        valued_at,
        x,
        mean_repeat_value,
        count(*) as customers
    from histories
    group by valued_at, x, mean_repeat_value
),

-- the mean value is the unit of money, so that a fit doesn't depend on the currency
final as (
    select
        grouped.valued_at as data_id,
        grouped.x,
        grouped.mean_repeat_value / sums.mean_value as mean_value,
        ln(grouped.mean_repeat_value / sums.mean_value) as ln_mean_value,
        cast(grouped.customers as {{ type_double() }}) as customers
    from grouped
    inner join sums
        on grouped.valued_at = sums.valued_at
)

select * from final
