{{ config(enabled=has_clock()) }}

with histories as (
    select * from {{ ref('int_customers_measured') }} where x is not null
),

sums as (
    select valued_at
    from {{ ref('int_histories_summed') }}
    where repeat_customers >= {{ var('min_repeat_customers') }}
),

counted as (
    select
        histories.valued_at as data_id,
        histories.x,
        histories.first_occasion_date,
        histories.last_occasion_date,
        cast(count(*) as {{ type_double() }}) as customers,
        count(*) over (partition by histories.valued_at) > {{ most_unbinned_rows() }} as are_many
    from histories
    inner join sums
        on histories.valued_at = sums.valued_at
    group by histories.valued_at, histories.x, histories.first_occasion_date, histories.last_occasion_date
),

-- a clock goes evenly within a month, so that the mean day of a bin stands for it on every clock
placed as (
    select
        *,
        {{ month_number('first_occasion_date') }} as first_month,
        {{ month_number('last_occasion_date') }} as last_month,
        {{ day_of_month('first_occasion_date') }} as first_day,
        {{ day_of_month('last_occasion_date') }} as last_day,
        case when are_many then {{ count_bin('x') }} else x end as binned_x
    from counted
),

final as (
    select
        data_id,
        false as is_binned,
        x,
        first_month,
        first_day,
        last_month,
        last_day,
        customers
    from placed
    union all
    select
        data_id,
        true as is_binned,
        binned_x as x,
        first_month,
        {{ exact_sum('customers * first_day') }} / sum(customers) as first_day,
        last_month,
        {{ exact_sum('customers * last_day') }} / sum(customers) as last_day,
        sum(customers) as customers
    from placed
    group by
        data_id, binned_x, first_month, last_month,
        case when not are_many then first_day end, case when not are_many then last_day end
)

select * from final
