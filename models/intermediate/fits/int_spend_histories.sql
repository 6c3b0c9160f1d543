with histories as (
    select * from {{ ref('int_customers_measured') }} where mean_repeat_value > 0
),

sums as (
    select
        valued_at,
        {{ mean_value() }} as mean_value
    from histories
    group by valued_at
    having count(*) >= {{ var('min_repeat_customers') }}
),

counted as (
    select
        valued_at,
        x,
        mean_repeat_value,
        count(*) as customers
    from histories
    group by valued_at, x, mean_repeat_value
),

-- the mean value is the unit of money, so that a fit doesn't depend on the currency
exact as (
    select
        counted.valued_at as data_id,
        counted.x,
        counted.mean_repeat_value / sums.mean_value as mean_value,
        ln(counted.mean_repeat_value / sums.mean_value) as ln_mean_value,
        cast(counted.customers as {{ type_double() }}) as customers,
        count(*) over (partition by counted.valued_at) > {{ most_unbinned_rows() }} as are_many
    from counted
    inner join sums
        on counted.valued_at = sums.valued_at
),

-- few rows are searched as they are, but for differences that a double can't hold
placed as (
    select
        *,
        floor(case when are_many then 16 else 1e10 end * ln_mean_value) as value_bin,
        case when are_many then {{ count_bin('x') }} else x end as binned_x
    from exact
),

final as (
    select
        data_id,
        false as is_binned,
        x,
        mean_value,
        ln_mean_value,
        customers
    from exact
    union all
    select
        data_id,
        true as is_binned,
        binned_x as x,
        {{ exact_sum('customers * mean_value') }} / sum(customers) as mean_value,
        {{ exact_sum('customers * ln_mean_value') }} / sum(customers) as ln_mean_value,
        sum(customers) as customers
    from placed
    group by data_id, binned_x, value_bin
)

select * from final
