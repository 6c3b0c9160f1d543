with run_context as (
    select * from {{ ref('int_run_context') }}
),

occasions as (
    select * from {{ ref('int_purchase_occasions') }}
),

customers as (
    select * from {{ ref('int_customers_measured') }}
),

predictions as (
    select * from {{ ref('int_customers_predicted') }} where valued_at = {{ valued_now() }}
),

counted_gaps as (
    select
        days_since_previous,
        count(*) as occasions
    from occasions
    where days_since_previous is not null
    group by days_since_previous
),

{{ usual_gaps('counted_gaps', []) }},

-- the customer's own gap where there is a model of it, else everybody's
thresholds as (
    select
        customers.customer_id,
        {{ at_risk_after_days('predictions.long_gap_days', 'usual_gaps.usual_gap_days', 'run_context.kpi_window_months') }}
            as at_risk_after_days,
        {{ lapsed_after_days('predictions.long_gap_days', 'usual_gaps.usual_gap_days', 'run_context.kpi_window_months') }}
            as lapsed_after_days
    from customers
    cross join usual_gaps
    cross join run_context
    left join predictions
        on customers.customer_id = predictions.customer_id
),

final as (
    select
        customers.customer_id,
        thresholds.at_risk_after_days,
        thresholds.lapsed_after_days,
        {{ lifecycle_stage(
            'customers.purchase_occasions',
            'customers.days_since_last_order',
            'latest_occasions.days_since_previous',
            'thresholds.at_risk_after_days',
            'thresholds.lapsed_after_days',
        ) }} as lifecycle_stage
    from customers
    inner join thresholds
        on customers.customer_id = thresholds.customer_id
    left join occasions as latest_occasions
        on
            customers.customer_id = latest_occasions.customer_id
            and customers.purchase_occasions = latest_occasions.occasion_number
)

select * from final
