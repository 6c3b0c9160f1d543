with orders as (
    select *
    from {{ restated(ref('int_orders_checked'), by='int_changed_documents') }}
    where is_known and rejection_reason is null
),

delivered_lines as (
    select
        order_id,
        line_number,
        product_id,
        quantity,
        unit_price,
        quantity * unit_price as source_amount,
        discount_amount as source_discount_amount,
        unit_cost as source_unit_cost
    from {{ restated(ref('int_order_items_checked'), by='int_changed_documents') }}
    where is_known and rejection_reason is null
),

product_costs as (
    select * from {{ ref('int_product_costs_dated') }}
),

-- an order without lines is one line of its amount
lines as (
    select
        orders.*,
        delivered_lines.line_number,
        delivered_lines.product_id,
        delivered_lines.quantity,
        delivered_lines.unit_price,
        coalesce(delivered_lines.source_amount, cast(orders.amount as {{ type_double() }})) as source_amount,
        coalesce({{ to_money('delivered_lines.source_amount') }}, {{ to_money('orders.amount') }}) as source_item_revenue,
        delivered_lines.source_discount_amount,
        delivered_lines.source_unit_cost
    from orders
    left join delivered_lines
        on orders.order_id = delivered_lines.order_id
    where delivered_lines.order_id is not null or not orders.has_lines
),

converted as (
    select
        order_id,
        superseded_version,
        line_number,
        product_id,
        quantity,
        {{ to_money('unit_price') }} as source_unit_price,
        order_date,
        {{ is_counted_status('status') }} as is_counted_status,
        source_item_revenue,
        {{ to_money('source_amount * exchange_rate') }} as item_revenue,
        {{ to_money('coalesce(source_discount_amount, 0) * exchange_rate') }} as line_discount_amount,
        coalesce(source_discount_amount, 0) as source_line_discount_amount,
        coalesce(discount_amount, 0) as source_discount_amount,
        coalesce(shipping_amount, 0) as source_shipping_amount,
        coalesce(tax_amount, 0) as source_tax_amount,
        total_amount as source_total_amount,
        tax_included,
        exchange_rate,
        source_unit_cost * exchange_rate as line_unit_cost
    from lines
),

-- a line's own discount takes no more than the line brings; what it exceeds that by is taken from the others
reduced_lines as (
    select
        *,
        case
            when item_revenue >= 0 then greatest(item_revenue - line_discount_amount, 0)
            else item_revenue - line_discount_amount
        end as reduced_revenue
    from converted
),

summed_orders as (
    select
        order_id,
        superseded_version,
        sum(item_revenue) as order_item_revenue,
        sum(line_discount_amount) as order_line_discount_amount,
        sum(reduced_revenue) as order_reduced_revenue,
        max(source_discount_amount) as source_discount_amount,
        max(exchange_rate) as exchange_rate,
        {{ tax_in_prices(
            goods='sum(source_item_revenue) - sum(source_line_discount_amount) - max(source_discount_amount)',
            shipping='max(source_shipping_amount)',
            tax='max(source_tax_amount)',
            total='max(source_total_amount)',
            included="max(case when tax_included then 1 when not tax_included then 0 end)"
        ) }} as source_tax_in_prices
    from reduced_lines
    group by order_id, superseded_version
),

-- what is left after the order's discount, and the tax within the goods' prices: both take no more than the goods brought
reduced_orders as (
    select
        *,
        {{ to_money('source_tax_in_prices * exchange_rate') }} as order_tax_in_prices,
        order_item_revenue - order_line_discount_amount - {{ goods_discount(
            to_money('(source_discount_amount + source_tax_in_prices) * exchange_rate'),
            'order_item_revenue', 'order_line_discount_amount'
        ) }} as order_net_revenue
    from summed_orders
),

-- both are spread over the lines by what each has left, so that none of an order ends below 0; the first two rungs of the cost
-- ladder are the cost on the line, then the product's cost valid on the day of the order
final as (
    select
        reduced_lines.order_id,
        reduced_lines.superseded_version,
        reduced_lines.line_number,
        reduced_lines.product_id,
        reduced_lines.quantity,
        reduced_lines.source_unit_price,
        reduced_lines.order_date,
        reduced_lines.is_counted_status,
        reduced_lines.source_item_revenue,
        reduced_lines.item_revenue,
        reduced_lines.line_discount_amount,
        reduced_orders.order_tax_in_prices,
        reduced_lines.reduced_revenue - {{ to_money(
            'coalesce(reduced_lines.reduced_revenue * ' ~ ratio(
                'reduced_orders.order_reduced_revenue - reduced_orders.order_net_revenue', 'reduced_orders.order_reduced_revenue'
            ) ~ ', 0)'
        ) }} as net_item_revenue,
        {{ to_money('coalesce(reduced_lines.line_unit_cost, product_costs.unit_cost) * reduced_lines.quantity') }} as known_cogs,
        case
            when reduced_lines.line_unit_cost is not null then 'line_cost'
            when product_costs.unit_cost is not null then 'product_cost'
        end as known_cost_basis
    from reduced_lines
    inner join reduced_orders
        on
            reduced_lines.order_id = reduced_orders.order_id
            and {{ same_version('reduced_lines', 'reduced_orders') }}
    left join product_costs
        on
            reduced_lines.product_id = product_costs.product_id
            and reduced_lines.order_date >= product_costs.valid_from
            and reduced_lines.order_date < product_costs.valid_before
)

select * from final
