with customers as (
    select
        measured.*,
        rates.expected_margin_rate
    from {{ ref('int_customers_known') }} as measured
    inner join {{ ref('int_customer_margin_rates_pooled') }} as rates
        on measured.customer_id = rates.customer_id
),

predictions as (
    select * from {{ ref('int_customers_predicted_now') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

statuses as (
    select * from {{ ref('int_model_statuses_found') }}
),

valued as (
    select
        customers.customer_id,
        customers.historical_clv,
        customers.clv_basis,
        customers.expected_margin_rate,
        predictions.x,
        predictions.t_x,
        predictions.age,
        predictions.mean_repeat_value,
        predictions.purchase_model,
        case when customers.purchase_occasions = 0 then 'no_purchase' else statuses.model_status end as model_status,
        predictions.probability_alive,
        predictions.expected_orders_30d,
        predictions.expected_orders_90d,
        predictions.expected_orders_365d,
        predictions.expected_orders,
        predictions.expected_pairs_of_orders,
        predictions.discounted_orders,
        predictions.expected_order_value,
        predictions.expected_orders_30d * predictions.expected_order_value as expected_revenue_30d,
        predictions.expected_orders_90d * predictions.expected_order_value as expected_revenue_90d,
        predictions.expected_revenue_365d,
        predictions.predicted_revenue,
        case when customers.clv_basis = 'margin' then customers.expected_margin_rate end as known_margin_rate,
        predictions.median_gap_days,
        -- a date beyond a century is none
        {{ dbt.dateadd(
            'day',
            'cast(case when predictions.median_gap_days < 36525 then round(predictions.median_gap_days) end as integer)',
            'predictions.last_occasion_date'
        ) }} as next_order_expected_at,
        predictions.long_gap_days,
        run_context.as_of_date
    from customers
    cross join statuses
    cross join run_context
    left join predictions
        on customers.customer_id = predictions.customer_id
),

final as (
    select
        customer_id,
        historical_clv,
        clv_basis,
        expected_margin_rate,
        x,
        t_x,
        age,
        mean_repeat_value,
        purchase_model,
        model_status,
        probability_alive,
        expected_orders_30d,
        expected_orders_90d,
        expected_orders_365d,
        expected_orders,
        expected_pairs_of_orders,
        discounted_orders,
        {{ to_money('expected_order_value') }} as expected_order_value,
        {{ to_money('expected_revenue_30d') }} as expected_revenue_30d,
        {{ to_money('expected_revenue_90d') }} as expected_revenue_90d,
        {{ to_money('expected_revenue_365d') }} as expected_revenue_365d,
        {{ to_money('expected_revenue_30d * known_margin_rate') }} as expected_margin_30d,
        {{ to_money('expected_revenue_90d * known_margin_rate') }} as expected_margin_90d,
        {{ to_money('expected_revenue_365d * known_margin_rate') }} as expected_margin_365d,
        {{ to_money('predicted_revenue * expected_margin_rate') }} as predicted_clv,
        {{ to_money('historical_clv + ' ~ to_money('predicted_revenue * expected_margin_rate')) }} as total_clv,
        median_gap_days as median_days_to_next_order,
        cast(next_order_expected_at as date) as next_order_expected_on,
        case
            when next_order_expected_at is not null
                then greatest({{ dbt.datediff('next_order_expected_at', 'as_of_date', 'day') }}, 0)
        end as days_overdue,
        long_gap_days
    from valued
)

select * from final
