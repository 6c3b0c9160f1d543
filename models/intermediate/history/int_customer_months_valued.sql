{{ config(materialized='incremental', incremental_strategy='append', pre_hook="{{ forget_cutoffs('valued_on') }}") }}

with past_customers as (
    select * from {{ ref('int_past_customers_tiered') }}
),

customers as (
    select * from {{ ref('int_customers_measured') }}
),

valued as (
    select * from {{ ref('int_customers_valued') }}
),

tiers as (
    select * from {{ ref('int_customers_tiered') }}
),

stages as (
    select * from {{ ref('int_customers_staged') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

months as (
    select * from {{ ref('int_customer_months_summed') }}
),

current_customers as (
    select
        run_context.as_of_date as valued_on,
        run_context.as_of_month as month,
        customers.customer_id,
        customers.cohort_month,
        coalesce(months.orders, 0) as orders,
        coalesce(months.net_revenue, 0) as net_revenue,
        customers.net_revenue as cumulative_net_revenue,
        customers.gross_margin as cumulative_gross_margin,
        customers.historical_clv,
        valued.predicted_clv,
        valued.total_clv,
        tiers.value_tier,
        stages.lifecycle_stage
    from customers
    cross join run_context
    inner join valued
        on customers.customer_id = valued.customer_id
    inner join tiers
        on customers.customer_id = tiers.customer_id
    inner join stages
        on customers.customer_id = stages.customer_id
    left join months
        on
            customers.customer_id = months.customer_id
            and run_context.as_of_month = months.month
),

-- at month ends as it was known then, in the running month as it is now
final as (
    select
        valued_on,
        month,
        customer_id,
        cohort_month,
        cast(orders as integer) as orders,
        {{ money_columns([
            'net_revenue', 'cumulative_net_revenue', 'cumulative_gross_margin', 'historical_clv', 'predicted_clv', 'total_clv',
        ]) }},
        value_tier,
        lifecycle_stage
    from current_customers
    union all
    select
        cutoff_date as valued_on,
        month,
        customer_id,
        {{ month_of('first_occasion_date') }} as cohort_month,
        cast(month_orders as integer) as orders,
        month_net_revenue as net_revenue,
        net_revenue as cumulative_net_revenue,
        gross_margin as cumulative_gross_margin,
        historical_clv,
        predicted_clv,
        cast(total_clv as {{ type_money() }}) as total_clv,
        value_tier,
        lifecycle_stage
    from past_customers
)

select * from final
