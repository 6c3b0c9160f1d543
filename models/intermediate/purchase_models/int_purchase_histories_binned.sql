with grouped as (
    select
        *,
        floor(16 * t_x) as t_x_bin,
        floor(16 * age) as age_bin,
        {{ count_bin('x') }} as binned_x
    from {{ ref('int_purchase_histories_grouped') }}
),

final as (
    select
        data_id,
        binned_x as x,
        sum(customers * t_x) / sum(customers) as t_x,
        sum(customers * age) / sum(customers) as age,
        sum(customers) as customers
    from grouped
    group by data_id, binned_x, t_x_bin, age_bin
)

select * from final
