with customers as (
    select * from {{ ref('int_customers_measured') }}
),

predictions as (
    select * from {{ ref('int_customers_predicted') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

statuses as (
    select * from {{ ref('int_model_statuses_found') }}
),

company as (
    select
        {{ ratio('sum(gross_margin)', 'sum(net_revenue)') }} as gross_margin_rate,
        {{ ratio('sum(net_revenue)', 'sum(order_count)') }} as average_order_value
    from customers
    where gross_margin is not null
),

-- the customer's own rate, as if one more order had been made at the company's: one order says little about the next
rated as (
    select
        customers.*,
        case
            when customers.clv_basis = 'revenue' then 1
            when customers.gross_margin is null or customers.net_revenue < 0 then company.gross_margin_rate
            else coalesce({{ ratio(
                'customers.gross_margin + company.gross_margin_rate * company.average_order_value',
                'customers.net_revenue + company.average_order_value'
            ) }}, company.gross_margin_rate)
        end as expected_margin_rate
    from customers
    cross join company
),

valued as (
    select
        rated.customer_id,
        rated.historical_clv,
        rated.clv_basis,
        rated.expected_margin_rate,
        predictions.x,
        predictions.t_x,
        predictions.age,
        predictions.mean_repeat_value,
        predictions.purchase_model,
        case when rated.purchase_occasions = 0 then 'no_purchase' else statuses.model_status end as model_status,
        predictions.probability_alive,
        predictions.expected_orders_30d,
        predictions.expected_orders_90d,
        predictions.expected_orders_365d,
        predictions.expected_orders,
        predictions.expected_pairs_of_orders,
        predictions.discounted_orders,
        predictions.expected_order_value,
        predictions.expected_revenue_365d,
        predictions.expected_revenue_365d * rated.expected_margin_rate as expected_value_365d,
        predictions.predicted_revenue * rated.expected_margin_rate as predicted_value,
        predictions.last_occasion_date,
        -- a date beyond a century is none
        {{ dbt.dateadd(
            'day',
            'cast(case when predictions.median_gap_days < 36525 then round(predictions.median_gap_days) end as integer)',
            'predictions.last_occasion_date'
        ) }} as next_order_expected_at,
        predictions.long_gap_days,
        run_context.as_of_date
    from rated
    cross join statuses
    cross join run_context
    left join predictions
        on rated.customer_id = predictions.customer_id
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
        {{ to_money('expected_revenue_365d') }} as expected_revenue_365d,
        {{ to_money("case when clv_basis = 'margin' then expected_value_365d end") }} as expected_margin_365d,
        {{ to_money('predicted_value') }} as predicted_clv,
        {{ to_money('historical_clv + ' ~ to_money('predicted_value')) }} as total_clv,
        cast(next_order_expected_at as date) as next_order_expected_on,
        case
            when next_order_expected_at is not null
                then greatest({{ dbt.datediff('next_order_expected_at', 'as_of_date', 'day') }}, 0)
        end as days_overdue,
        long_gap_days
    from valued
)

select * from final
