with customers as (
    select * from {{ ref('int_past_customers_measured') }}
),

histories as (
    select * from {{ ref('int_customer_histories_counted') }}
),

models as (
    select * from {{ ref('int_purchase_models_chosen') }} where not is_as_of and is_chosen
),

expected as (
    select * from {{ ref('int_past_occasions_expected') }}
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
        {{ probability_alive(
            'histories.x', 'histories.t_x', 'histories.age', 'models.r', 'models.alpha', 'models.a', 'models.b', 'models.is_mbg'
        ) }} * expected.discounted_occasions
        * {{ expected_value('histories.x', 'histories.mean_repeat_value', 'models.p', 'models.q', 'models.gamma') }}
            as predicted_revenue,
        case
            when histories.x > 0
                then {{ days_to_next_occasion('0.2', 'models.r', 'models.alpha', 'histories.x', 'histories.t_x') }}
        end as long_gap_days
    from customers
    left join company
        on customers.cutoff_date = company.cutoff_date
    left join histories
        on
            customers.cutoff_date = histories.cutoff_date
            and customers.customer_id = histories.customer_id
    left join models
        on histories.cutoff_date = models.cutoff_date
    left join expected
        on
            histories.cutoff_date = expected.cutoff_date
            and histories.x = expected.x
            and histories.age = expected.age
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
