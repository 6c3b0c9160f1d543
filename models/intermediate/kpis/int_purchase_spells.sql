{% set window = var('kpi_window_months') %}
with purchase_months as (
    select distinct
        customer_id,
        {{ month_number('month') }} as month_number
    from {{ restated(ref('int_customer_months_summed'), by='int_changed_customers') }}
    where orders > 0
),

-- a month with a purchase, and the next one
spells as (
    select
        customer_id,
        month_number,
        row_number() over (partition by customer_id order by month_number) = 1 as is_first,
        coalesce(lead(month_number) over (partition by customer_id order by month_number), 1000000) as next_month_number
    from purchase_months
),

-- with this purchase as the latest one, the customer counts as active for a window's length, or until the next purchase;
-- from then on, if none came, as churned for as long
final as (
    select
        customer_id,
        month_number,
        is_first,
        least(next_month_number, month_number + {{ window }}) as active_until,
        next_month_number > month_number + {{ window }} as is_followed_by_churn,
        month_number + {{ window }} as churned_from,
        least(next_month_number, month_number + 2 * {{ window }}) as churned_until
    from spells
)

select * from final
