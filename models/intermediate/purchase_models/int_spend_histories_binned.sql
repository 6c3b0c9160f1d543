with grouped as (
    select
        *,
        floor(16 * ln_mean_value) as value_bin,
        {{ count_bin('x') }} as binned_x
    from {{ ref('int_spend_histories_grouped') }}
),

final as (
    select
        data_id,
        binned_x as x,
        sum(customers * mean_value) / sum(customers) as mean_value,
        sum(customers * ln_mean_value) / sum(customers) as ln_mean_value,
        sum(customers) as customers
    from grouped
    group by data_id, binned_x, value_bin
)

select * from final
