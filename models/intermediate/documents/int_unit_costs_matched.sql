with lines as (
    select *
    from {{ restated(ref('int_order_lines_valued'), by='int_changed_documents') }}
),

product_costs as (
    select * from {{ ref('int_product_costs_dated') }}
),

-- the first two rungs of the cost ladder: the cost on the line, then the product's cost valid on the day of the order
final as (
    select
        lines.order_id,
        lines.superseded_version,
        lines.line_number,
        lines.product_id,
        lines.quantity,
        lines.order_date,
        lines.is_counted_status,
        lines.source_item_revenue,
        lines.item_revenue,
        lines.line_discount_amount,
        lines.net_item_revenue,
        {{ to_money('coalesce(lines.unit_cost, product_costs.unit_cost) * lines.quantity') }} as known_cogs,
        case
            when lines.unit_cost is not null then 'line_cost'
            when product_costs.unit_cost is not null then 'product_cost'
        end as known_cost_basis
    from lines
    left join product_costs
        on
            lines.product_id = product_costs.product_id
            and lines.order_date >= product_costs.valid_from
            and lines.order_date < product_costs.valid_before
)

select * from final
