with histories as (
    select * from {{ ref('int_customers_measured') }} where x is not null
),

sums as (
    select
        valued_at,
        {{ mean_age() }} as mean_age
    from histories
    group by valued_at
    having sum(case when x > 0 then 1 else 0 end) >= {{ var('min_repeat_customers') }}
),

counted as (
    select
        valued_at,
        x,
        t_x,
        age,
        count(*) as customers
    from histories
    group by valued_at, x, t_x, age
),

-- the mean age is the unit of time, so that a fit doesn't depend on the unit that the log is in
exact as (
    select
        counted.valued_at as data_id,
        counted.x,
        {{ ratio('counted.t_x', 'sums.mean_age') }} as t_x,
        {{ ratio('counted.age', 'sums.mean_age') }} as age,
        cast(counted.customers as {{ type_double() }}) as customers,
        count(*) over (partition by counted.valued_at) > {{ most_unbinned_rows() }} as are_many
    from counted
    inner join sums
        on counted.valued_at = sums.valued_at
),

-- few rows are searched as they are
placed as (
    select
        *,
        case when are_many then floor(16 * t_x) else t_x end as t_x_bin,
        case when are_many then floor(16 * age) else age end as age_bin,
        case when are_many then {{ count_bin('x') }} else x end as binned_x
    from exact
),

final as (
    select
        data_id,
        false as is_binned,
        x,
        t_x,
        age,
        customers
    from exact
    union all
    select
        data_id,
        true as is_binned,
        binned_x as x,
        {{ exact_sum('customers * t_x') }} / sum(customers) as t_x,
        {{ exact_sum('customers * age') }} / sum(customers) as age,
        sum(customers) as customers
    from placed
    group by data_id, binned_x, t_x_bin, age_bin
)

select * from final
