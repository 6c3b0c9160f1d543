with customers as (
    select * from {{ ref('int_customers_measured') }}
),

company as (
    select
        {{ ratio('sum(gross_margin)', 'sum(net_revenue)') }} as gross_margin_rate,
        {{ ratio('sum(net_revenue)', 'sum(order_count)') }} as average_order_value
    from customers
    where gross_margin is not null
),

pooled as (
    select
        customers.*,
        company.gross_margin_rate as company_margin_rate,
        {{ ratio(
            'customers.gross_margin + company.gross_margin_rate * company.average_order_value',
            'customers.net_revenue + company.average_order_value'
        ) }} as pooled_margin_rate
    from customers
    cross join company
),

-- the customer's own rate, as if one more order had been made at the company's: one order says little about the next, and none
-- is expected to lose more than it brings
final as (
    select
        customer_id,
        case
            when clv_basis = 'revenue' then 1
            when gross_margin is null or net_revenue < 0 or pooled_margin_rate is null then company_margin_rate
            when pooled_margin_rate < -1 then -1
            else pooled_margin_rate
        end as expected_margin_rate
    from pooled
)

select * from final
