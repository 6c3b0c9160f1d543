-- A failure means that by some attribution model more or fewer customers were acquired in a month than first bought in it.
with customers as (
    select
        cohort_month as month,
        count(*) as new_customers
    from {{ ref('dim_customers') }}
    where cohort_month is not null
    group by cohort_month
),

attributed as (
    select
        attribution_model,
        month,
        sum(new_customers) as new_customers
    from {{ ref('int_channel_months') }}
    where acquisition_channel <> 'all'
    group by attribution_model, month
)

select
    attributed.attribution_model,
    attributed.month,
    attributed.new_customers as attributed_customers,
    customers.new_customers
from attributed
left join customers
    on attributed.month = customers.month
where abs(attributed.new_customers - coalesce(customers.new_customers, 0)) > 1e-6
