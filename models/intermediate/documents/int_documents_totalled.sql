with orders as (
    select *
    from {{ restated(ref('int_orders_checked'), by='int_changed_documents') }}
    where is_known and rejection_reason is null
),

lines as (
    select *
    from {{ restated(ref('int_order_lines_valued'), by='int_changed_documents') }}
),

order_lines as (
    select
        order_id,
        superseded_version,
        sum(source_item_revenue) as source_gross_item_revenue,
        sum(item_revenue) as gross_item_revenue,
        sum(line_discount_amount) as line_discount_amount,
        max(order_tax_in_prices) as tax_in_prices,
        sum(quantity) as quantity,
        sum(known_cogs) as known_cogs,
        {{ margin_basis_of_rank('max(' ~ margin_basis_rank('known_cost_basis') ~ ')') }} as known_cost_basis,
        sum(case when known_cost_basis is not null then net_item_revenue end) as costed_revenue,
        sum(case when known_cost_basis is null then net_item_revenue end) as uncosted_revenue
    from lines
    group by order_id, superseded_version
),

converted as (
    select
        orders.*,
        order_lines.source_gross_item_revenue,
        order_lines.gross_item_revenue,
        order_lines.tax_in_prices,
        order_lines.quantity,
        order_lines.known_cogs,
        order_lines.known_cost_basis,
        order_lines.costed_revenue,
        order_lines.uncosted_revenue,
        {{ is_counted_status('orders.status') }} as is_counted_status,
        order_lines.line_discount_amount
        + {{ to_money('coalesce(orders.discount_amount, 0) * orders.exchange_rate') }} as converted_discount_amount,
        {{ to_money('coalesce(orders.shipping_amount, 0) * orders.exchange_rate') }} as converted_shipping_amount,
        {{ to_money('coalesce(orders.tax_amount, 0) * orders.exchange_rate') }} as converted_tax_amount
    from orders
    inner join order_lines
        on
            orders.order_id = order_lines.order_id
            and {{ same_version('orders', 'order_lines') }}
),

reduced as (
    select
        *,
        {{ goods_discount('converted_discount_amount', 'gross_item_revenue') }} as goods_discount_amount
    from converted
),

shipped as (
    select
        *,
        least(
            converted_shipping_amount, greatest(converted_shipping_amount - converted_discount_amount + goods_discount_amount, 0)
        ) as paid_shipping_amount,
        gross_item_revenue - goods_discount_amount - tax_in_prices as untaxed_goods
    from reduced
),

final as (
    select
        order_id,
        superseded_version,
        source_customer_id,
        status,
        is_counted_status,
        source_currency,
        sales_channel,
        device,
        country,
        exchange_rate,
        quantity,
        source_gross_item_revenue,
        gross_item_revenue,
        goods_discount_amount as discount_amount,
        paid_shipping_amount as shipping_amount,
        converted_tax_amount as tax_amount,
        tax_in_prices,
        case when gross_item_revenue >= 0 then greatest(untaxed_goods, 0) else untaxed_goods end
        {%- if var('include_shipping_in_revenue') %} + paid_shipping_amount{% endif %} as revenue_before_refunds,
        known_cogs,
        known_cost_basis,
        costed_revenue,
        uncosted_revenue,
        ordered_at,
        order_date,
        known_on
    from shipped
)

select * from final
