with customers as (
    select * from {{ ref('int_customers_known') }}
),

company as (
    select
        {{ ratio('sum(gross_margin)', 'sum(net_revenue)') }} as gross_margin_rate,
        {{ ratio('sum(net_revenue)', 'sum(order_count)') }} as average_order_value
    from customers
    where gross_margin is not null
),

final as (
    select
        customers.customer_id,
        {{ expected_margin_rate('customers', 'company.gross_margin_rate', 'company.average_order_value') }}
            as expected_margin_rate
    from customers
    cross join company
)

select * from final
