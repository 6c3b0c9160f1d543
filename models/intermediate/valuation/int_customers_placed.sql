{% set window_days = 365.25e0 * var('kpi_window_months') / 12 %}
with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

customers as (
    select * from {{ ref('int_customers_measured') }}
),

predictions as (
    select * from {{ ref('int_customers_predicted') }}
),

gaps as (
    select * from {{ ref('int_usual_gaps_found') }}
),

-- silence is long by the customer's own 80th percentile where there is a model of it, else by everybody's
timed as (
    select
        customers.valued_at,
        customers.customer_id,
        customers.purchase_occasions,
        customers.latest_gap_days,
        customers.last_occasion_date,
        -- a model that has no one-time buyer leave takes those who left for slow
        predictions.probability_alive = 1 and customers.purchase_occasions = 1 as is_taken_for_slow,
        predictions.median_gap_days,
        gaps.median_gap_days as observed_gap_days,
        {{ dbt.datediff(
            'customers.last_occasion_date', 'dates.valued_on', 'day'
        ) }} as silent_days,
        coalesce(predictions.long_gap_days, gaps.usual_gap_days) as long_gap_days
    from customers
    inner join dates
        on customers.valued_at = dates.valued_at
    left join gaps
        on customers.valued_at = gaps.valued_at
    left join predictions
        on
            customers.valued_at = predictions.valued_at
            and customers.customer_id = predictions.customer_id
),

limited as (
    select
        *,
        coalesce(long_gap_days, {{ window_days }}) as at_risk_after_days,
        greatest({{ window_days }}, coalesce(long_gap_days, 0)) as lapsed_after_days
    from timed
),

final as (
    select
        valued_at,
        customer_id,
        at_risk_after_days,
        lapsed_after_days,
        last_occasion_date,
        case when is_taken_for_slow then observed_gap_days else median_gap_days end as expected_gap_days,
        case when is_taken_for_slow then 'observed_gaps' when median_gap_days is not null then 'model' end as next_order_basis,
        case
            when purchase_occasions = 0 then null
            when silent_days > lapsed_after_days then 'lapsed'
            when silent_days > at_risk_after_days then 'at_risk'
            when purchase_occasions = 1 then 'new'
            when latest_gap_days > lapsed_after_days then 'reactivated'
            else 'active'
        end as lifecycle_stage
    from limited
)

select * from final
