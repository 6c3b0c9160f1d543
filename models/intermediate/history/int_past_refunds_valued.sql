with orders as (
    select * from {{ ref('int_past_orders_costed') }}
),

refunds as (
    select
        orders.cutoff_date,
        refunds.*
    from {{ ref('int_refunds_checked') }} as refunds
    inner join orders
        on
            refunds.order_id = orders.order_id
            and refunds.refund_date <= orders.cutoff_date
    where refunds.is_known and refunds.rejection_reason is null
),

lines as (
    select
        orders.cutoff_date,
        orders.order_id,
        matched_lines.line_number,
        sum(matched_lines.quantity) as quantity,
        sum(matched_lines.net_item_revenue) as net_item_revenue,
        sum(case
            when matched_lines.known_cost_basis is not null then matched_lines.known_cogs
            else {{ cogs_by_ratio('matched_lines.net_item_revenue', 'orders.inventory_ratio', 'orders.company_rate') }}
        end) as cogs
    from {{ ref('int_unit_costs_matched') }} as matched_lines
    inner join orders
        on
            matched_lines.order_id = orders.order_id
            and {{ same_version('matched_lines', 'orders') }}
    where matched_lines.line_number is not null and matched_lines.order_id in (select refunds.order_id from refunds)
    group by orders.cutoff_date, orders.order_id, matched_lines.line_number
),

{{ valued_refunds(['cutoff_date', 'order_id']) }}

select * from final
