with grouped as (
    select
        *,
        count(*) over (partition by data_id) > {{ most_unbinned_rows() }} as is_binned
    from {{ ref('int_purchase_histories_grouped') }}
),

-- few rows are searched as they are
binned as (
    select
        *,
        case when is_binned then floor(16 * t_x) else t_x end as t_x_bin,
        case when is_binned then floor(16 * age) else age end as age_bin,
        case when is_binned then {{ count_bin('x') }} else x end as binned_x
    from grouped
),

final as (
    select
        data_id,
        binned_x as x,
        {{ exact_sum('customers * t_x') }} / sum(customers) as t_x,
        {{ exact_sum('customers * age') }} / sum(customers) as age,
        sum(customers) as customers
    from binned
    group by data_id, binned_x, t_x_bin, age_bin
)

select * from final
