-- One row per total that can be computed in two ways from the marts themselves.
with orders as (
    select * from candidate.marts.fct_orders
),

customers as (
    select * from candidate.marts.dim_customers
),

-- revenue per customer is rounded to 4 decimals: a cohort's total is that exact times its size
cohorts as (
    select
        cohort_size,
        cohort_size * cumulative_revenue_per_customer as net_revenue
    from candidate.marts.fct_cohort_months
    where acquisition_channel = 'all'
    qualify row_number() over (partition by cohort_month order by age_months desc) = 1
),

company_months as (
    select * from candidate.marts.fct_kpi_months
    where segment_kind = 'company'
),

value_tiers as (
    select * from candidate.marts.fct_value_tiers
),

channel_months as (
    select * from candidate.marts.fct_channel_months
    where acquisition_channel <> 'all'
),

reconciliations as (
    select * from candidate.marts.fct_reconciliations
),

deliveries as (
    select * from candidate.marts.fct_deliveries
    where source_name in ('orders', 'order_items')
),

totals as (
    select
        (select coalesce(sum(net_revenue), 0) from orders) as orders_revenue,
        (select coalesce(sum(net_revenue), 0) from orders where customer_id is null) as unattributed_revenue,
        (select coalesce(sum(net_revenue), 0) from customers) as customers_revenue,
        (select coalesce(sum(net_revenue), 0) from customers where cohort_month is null) as cohortless_revenue,
        (select coalesce(sum(net_revenue), 0) from cohorts) as cohorts_revenue,
        (select coalesce(sum(predicted_clv), 0) from customers) as equity
),

compared as (
    select
        'net revenue: orders = customers + unattributed orders' as total,
        orders_revenue as left_amount,
        customers_revenue + unattributed_revenue as right_amount,
        0 as rounding
    from totals
    union all
    select
        'net revenue: orders = cohorts + customers without a purchase + unattributed orders' as total,
        orders_revenue as left_amount,
        cohorts_revenue + cohortless_revenue + unattributed_revenue as right_amount,
        (select 0.00005 * coalesce(sum(cohort_size), 0) from cohorts) as rounding
    from totals
    union all
    select
        'net revenue: orders = company months' as total,
        orders_revenue as left_amount,
        (select coalesce(sum(month_net_revenue), 0) from company_months) as right_amount,
        0 as rounding
    from totals
    union all
    select
        'net revenue: customers with a purchase = channel months' as total,
        customers_revenue - cohortless_revenue as left_amount,
        (select coalesce(sum(net_revenue), 0) from channel_months) as right_amount,
        0 as rounding
    from totals
    union all
    select
        'net revenue: customers = value tiers' as total,
        customers_revenue as left_amount,
        (select coalesce(sum(net_revenue), 0) from value_tiers) as right_amount,
        0 as rounding
    from totals
    union all
    select
        'net revenue: orders = what fct_reconciliations says of orders' as total,
        orders_revenue as left_amount,
        (
            select coalesce(sum(left_amount), 0) from reconciliations
            where check_name = 'net revenue: orders = customers + unattributed'
        ) as right_amount,
        0 as rounding
    from totals
    union all
    select
        'customers: customers = value tiers' as total,
        (select count(*) from customers) as left_amount,
        (select coalesce(sum(customers), 0) from value_tiers) as right_amount,
        0 as rounding
    from totals
    union all
    select
        'customers: customers = shares of value tiers' as total,
        (select count(*) from customers) as left_amount,
        (select coalesce(sum(customer_share), 0) from value_tiers) * (select count(*) from customers) as right_amount,
        0 as rounding
    from totals
    union all
    select
        'customers: customers = those of dim_customer_identities' as total,
        (select count(*) from customers) as left_amount,
        (select count(distinct customer_id) from candidate.marts.dim_customer_identities) as right_amount,
        0 as rounding
    from totals
    union all
    -- a shop may have subscriptions and no orders
    select
        'whether there are orders: orders = fct_deliveries' as total,
        (select cast(count(*) > 0 as integer) from orders) as left_amount,
        (select cast(coalesce(sum(accepted_rows), 0) > 0 as integer) from deliveries) as right_amount,
        0 as rounding
    from totals
    union all
    select
        'customer equity: customers = value tiers' as total,
        equity as left_amount,
        (select coalesce(sum(customer_equity), 0) from value_tiers) as right_amount,
        0 as rounding
    from totals
    union all
    select
        'customer equity: customers = company month of the as-of date' as total,
        equity as left_amount,
        (
            select coalesce(sum(customer_equity), 0) from company_months
            where month = (select max(month) from company_months)
        ) as right_amount,
        0 as rounding
    from totals
    union all
    select
        'counted orders: orders = company months' as total,
        (select count(*) from orders where is_counted) as left_amount,
        (select coalesce(sum(month_orders), 0) from company_months) as right_amount,
        0 as rounding
    from totals
),

final as (
    select
        total,
        cast(left_amount as double) as left_amount,
        cast(right_amount as double) as right_amount,
        cast(abs(left_amount - right_amount) as double) as difference,
        -- a double holds 15 digits
        cast(0.005 + rounding + 4e-16 * abs(left_amount) as double) as tolerance
    from compared
)

select * from final
