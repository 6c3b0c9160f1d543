with spells as (
    select * from {{ ref('int_purchase_months_spelled') }}
),

-- what a customer adds to the running counts, and from which month on
changes as (
    select customer_id, month_number, 1 as active, 0 as active_before, 0 as churned, case when is_first then 1 else 0 end as new
    from spells
    union all
    select customer_id, active_until, -1, 0, 0, 0 from spells
    union all
    select customer_id, month_number + kpi_window_months, 0, 1, 0, case when is_first then -1 else 0 end from spells
    union all
    select customer_id, active_until + kpi_window_months, 0, -1, 0, 0 from spells
    union all
    select customer_id, churned_from, 0, 0, 1, 0 from spells where is_followed_by_churn
    union all
    select customer_id, churned_until, 0, 0, -1, 0 from spells where is_followed_by_churn
),

final as (
    select
        customer_id,
        month_number,
        sum(active) as active,
        sum(active_before) as active_before,
        sum(churned) as churned,
        sum(new) as new
    from changes
    group by customer_id, month_number
)

select * from final
