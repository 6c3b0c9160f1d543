with run_context as (
    select * from {{ ref('int_run_context') }}
),

purchase_months as (
    select distinct
        customer_id,
        {{ month_number('month') }} as month_number
    from {{ restated(ref('int_customer_months_summed'), by='int_changed_customers') }}
    where orders > 0
),

-- a month with a purchase, and the next one
spells as (
    select
        purchase_months.customer_id,
        purchase_months.month_number,
        row_number() over (partition by purchase_months.customer_id order by purchase_months.month_number) = 1 as is_first,
        coalesce(
            lead(purchase_months.month_number) over (
                partition by purchase_months.customer_id order by purchase_months.month_number
            ),
            1000000
        ) as next_month_number,
        run_context.kpi_window_months
    from purchase_months
    cross join run_context
),

-- with this purchase as the latest one, the customer counts as active for a window's length, or until the next purchase;
-- from then on, if none came, as churned for as long
final as (
    select
        customer_id,
        month_number,
        is_first,
        least(next_month_number, month_number + kpi_window_months) as active_until,
        next_month_number > month_number + kpi_window_months as is_followed_by_churn,
        month_number + kpi_window_months as churned_from,
        least(next_month_number, month_number + 2 * kpi_window_months) as churned_until,
        kpi_window_months
    from spells
)

select * from final
