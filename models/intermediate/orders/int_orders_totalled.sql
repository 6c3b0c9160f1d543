{{ config(materialized='incremental', incremental_strategy='append', pre_hook="{{ forget_orders('int_orders_restated') }}") }}

with orders as (
    select *
    from {{ ref('int_orders_checked') }}
    where is_known and rejection_reason is null and {{ is_restated('order_id', 'int_orders_restated') }}
),

lines as (
    select *
    from {{ ref('int_order_lines_costed') }}
    where {{ is_restated('order_id', 'int_orders_restated') }}
),

order_lines as (
    select
        order_id,
        sum(source_item_revenue) as source_gross_item_revenue,
        sum(item_revenue) as gross_item_revenue,
        sum(line_discount_amount) as line_discount_amount,
        sum(quantity) as quantity,
        {{ complete_sum('cogs') }} as cogs_before_refunds,
        {{ weakest_margin_basis('margin_basis') }} as margin_basis
    from lines
    group by order_id
),

converted as (
    select
        orders.*,
        order_lines.source_gross_item_revenue,
        order_lines.gross_item_revenue,
        order_lines.quantity,
        order_lines.cogs_before_refunds,
        order_lines.margin_basis,
        {{ is_counted_status('orders.status') }} as is_counted_status,
        order_lines.line_discount_amount
        + {{ to_money('coalesce(orders.discount_amount, 0) * orders.exchange_rate') }} as total_discount_amount,
        {{ to_money('coalesce(orders.shipping_amount, 0) * orders.exchange_rate') }} as converted_shipping_amount,
        {{ to_money('coalesce(orders.tax_amount, 0) * orders.exchange_rate') }} as converted_tax_amount
    from orders
    inner join order_lines
        on orders.order_id = order_lines.order_id
),

final as (
    select
        order_id,
        source_customer_id,
        email,
        status,
        is_counted_status,
        source_currency,
        sales_channel,
        country,
        exchange_rate,
        quantity,
        source_gross_item_revenue,
        gross_item_revenue,
        total_discount_amount as discount_amount,
        converted_shipping_amount as shipping_amount,
        converted_tax_amount as tax_amount,
        gross_item_revenue - total_discount_amount
        {%- if var('include_shipping_in_revenue') %} + converted_shipping_amount{% endif %}
        - {{ tax_in_prices('converted_tax_amount') }} as revenue_before_refunds,
        cogs_before_refunds,
        margin_basis,
        ordered_at,
        order_date
    from converted
)

select * from final
