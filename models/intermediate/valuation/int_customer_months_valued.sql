with dates as (
    select * from {{ ref('int_dates_listed') }}
),

customers as (
    select * from {{ restated(ref('int_customers_measured'), dates='int_dates_listed') }}
),

valued as (
    select * from {{ ref('int_customers_valued') }}
),

placed as (
    select * from {{ ref('int_customers_placed') }}
),

-- at month ends as it was known then, in the running month as it is now
final as (
    select
        customers.valued_at,
        dates.valued_on,
        dates.month,
        customers.customer_id,
        {{ month_of('customers.first_occasion_date') }} as cohort_month,
        cast(customers.month_orders as integer) as orders,
        cast(customers.month_net_revenue as {{ type_money() }}) as net_revenue,
        customers.net_revenue as cumulative_net_revenue,
        customers.gross_margin as cumulative_gross_margin,
        valued.historical_clv,
        valued.predicted_clv,
        valued.total_clv,
        valued.clv_36m,
        valued.value_tier,
        placed.lifecycle_stage
    from customers
    inner join dates
        on customers.valued_at = dates.valued_at
    inner join valued
        on
            customers.valued_at = valued.valued_at
            and customers.customer_id = valued.customer_id
    inner join placed
        on
            customers.valued_at = placed.valued_at
            and customers.customer_id = placed.customer_id
)

select * from final
