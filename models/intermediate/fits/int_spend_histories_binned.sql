with grouped as (
    select
        *,
        count(*) over (partition by data_id) > {{ most_unbinned_rows() }} as is_binned
    from {{ ref('int_spend_histories_grouped') }}
),

-- few rows are searched as they are
binned as (
    select
        *,
        case when is_binned then floor(16 * ln_mean_value) else ln_mean_value end as value_bin,
        case when is_binned then {{ count_bin('x') }} else x end as binned_x
    from grouped
),

final as (
    select
        data_id,
        binned_x as x,
        {{ exact_sum('customers * mean_value') }} / sum(customers) as mean_value,
        {{ exact_sum('customers * ln_mean_value') }} / sum(customers) as ln_mean_value,
        sum(customers) as customers
    from binned
    group by data_id, binned_x, value_bin
)

select * from final
