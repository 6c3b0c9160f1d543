-- A failure means that an order's net revenue is not its gross item revenue less discounts and refunds
-- (and with shipping or without tax, where the vars say so).
{% set shipping = 'shipping_amount' if var('include_shipping_in_revenue') else '0' %}
{% set tax = 'tax_amount' if var('prices_include_tax') else '0' %}
select *
from {{ ref('fct_orders') }}
where
    {{ is_counted_status('status') }}
    and net_revenue <> gross_item_revenue - discount_amount - refund_amount + {{ shipping }} - {{ tax }}
