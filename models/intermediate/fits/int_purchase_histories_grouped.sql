with histories as (
    select * from {{ ref('int_customer_histories_counted') }}
),

sums as (
    select * from {{ ref('int_histories_summed') }}
),

grouped as (
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
final as (
    select
        grouped.valued_at as data_id,
        grouped.x,
        {{ ratio('grouped.t_x', 'sums.mean_age') }} as t_x,
        {{ ratio('grouped.age', 'sums.mean_age') }} as age,
        cast(grouped.customers as {{ type_double() }}) as customers
    from grouped
    inner join sums
        on grouped.valued_at = sums.valued_at
    where sums.repeat_customers >= {{ var('min_repeat_customers') }}
)

select * from final
