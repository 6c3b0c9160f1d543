with customers as (
    select * from {{ ref('int_past_customers_measured') }}
),

predictions as (
    select * from {{ ref('int_customers_predicted') }}
),

company as (
    select
        cutoff_date,
        {{ ratio('sum(gross_margin)', 'sum(net_revenue)') }} as gross_margin_rate,
        {{ ratio('sum(net_revenue)', 'sum(order_count)') }} as average_order_value
    from customers
    where gross_margin is not null
    group by cutoff_date
),

predicted as (
    select
        customers.*,
        {{ expected_margin_rate('customers', 'company.gross_margin_rate', 'company.average_order_value') }}
            as expected_margin_rate,
        predictions.predicted_revenue,
        predictions.long_gap_days
    from customers
    left join company
        on customers.cutoff_date = company.cutoff_date
    left join predictions
        on
            customers.cutoff_date = predictions.valued_at
            and customers.customer_id = predictions.customer_id
),

final as (
    select
        cutoff_date,
        month,
        customer_id,
        order_count,
        purchase_occasions,
        first_occasion_date,
        last_occasion_date,
        latest_gap_days,
        long_gap_days,
        month_orders,
        {{ money_columns(['month_net_revenue', 'net_revenue', 'gross_margin']) }},
        cast(case when clv_basis = 'margin' then gross_margin else net_revenue end as {{ type_money() }}) as historical_clv,
        {{ to_money('predicted_revenue * expected_margin_rate') }} as predicted_clv
    from predicted
)

select * from final
