-- A failure means that an order's net revenue is not its gross item revenue less discounts and refunds
-- (and with shipping or without tax, where the vars say so).
{% set shipping = 'orders.shipping_amount' if var('include_shipping_in_revenue') else '0' %}
with orders as (
    select * from {{ ref('fct_orders') }}
),

documents as (
    select * from {{ ref('int_documents_totalled') }} where superseded_version is null
),

expected as (
    select
        orders.order_id,
        orders.status,
        orders.net_revenue,
        -- tax on what a discount made free takes nothing from revenue
        case
            when orders.gross_item_revenue >= 0
                then greatest(orders.gross_item_revenue - orders.discount_amount - documents.tax_in_prices, 0)
            else orders.gross_item_revenue - orders.discount_amount - documents.tax_in_prices
        end - orders.refund_amount + {{ shipping }} as expected_revenue
    from orders
    inner join documents
        on orders.order_id = documents.order_id
)

select *
from expected
where {{ is_counted_status('status') }} and net_revenue <> expected_revenue
