with refunds as (
    select * from {{ ref('int_refunds_checked') }} where is_known and rejection_reason is null
),

orders as (
    select * from {{ ref('int_orders_totalled') }}
),

lines as (
    select
        order_id,
        line_number,
        sum(quantity) as quantity,
        sum(net_item_revenue) as net_item_revenue,
        sum(cogs) as cogs
    from {{ ref('int_order_lines_costed') }}
    where line_number is not null and order_id in (select refunds.order_id from refunds)
    group by order_id, line_number
),

-- share of the order's money given back: in the order's own currency where the refund is in it
shared as (
    select
        refunds.refund_id,
        refunds.order_id,
        refunds.refund_date,
        refunds.quantity,
        orders.is_counted_status,
        orders.cogs_before_refunds,
        orders.quantity as order_quantity,
        lines.line_number,
        lines.quantity as line_quantity,
        lines.cogs as line_cogs,
        refunds.amount * refunds.exchange_rate as amount_paid,
        refunds.amount
        * case when refunds.source_currency = orders.source_currency then orders.exchange_rate else refunds.exchange_rate end
            as amount_paid_at_order_rate,
        {{ untaxed_share('orders.revenue_before_refunds', 'orders.tax_amount') }} as revenue_share,
        orders.revenue_before_refunds,
        lines.net_item_revenue as line_net_item_revenue
    from refunds
    inner join orders
        on refunds.order_id = orders.order_id
    left join lines
        on
            refunds.order_id = lines.order_id
            and refunds.line_number = lines.line_number
),

untaxed as (
    select
        *,
        {{ to_money('amount_paid * revenue_share') }} as refund_amount,
        amount_paid_at_order_rate * revenue_share as amount_at_order_rate,
        -- without a quantity the line came back if all its money went back
        case
            when quantity is not null then quantity
            when line_net_item_revenue > 0 and amount_paid_at_order_rate * revenue_share >= line_net_item_revenue - 0.005
                then line_quantity
            else 0
        end as returned_quantity
    from shared
),

totalled as (
    select
        *,
        sum(amount_at_order_rate) over (partition by order_id) as order_amount_refunded,
        sum(returned_quantity) over (partition by order_id, line_number) as all_returned_quantity
    from untaxed
),

-- cost of the goods that came back with a refund: together no more than the line (without a line, the order) had
costed as (
    select
        *,
        coalesce(returned_quantity / nullif(all_returned_quantity, 0), 0) * case
            when line_quantity > 0 then line_cogs * least(all_returned_quantity / line_quantity, 1)
            when order_quantity > 0 then cogs_before_refunds * least(all_returned_quantity / order_quantity, 1)
            else 0
        end as line_cogs_returned
    from totalled
),

weighed as (
    select
        *,
        order_amount_refunded > 0 and order_amount_refunded >= revenue_before_refunds - 0.005 as is_fully_refunded,
        sum(line_cogs_returned) over (partition by order_id) as order_cogs_returned
    from costed
),

final as (
    select
        refund_id,
        order_id,
        refund_date,
        is_counted_status,
        is_fully_refunded,
        refund_amount,
        case
            when cogs_before_refunds is null then null
            when is_fully_refunded then {{ to_money('cogs_before_refunds * amount_at_order_rate / order_amount_refunded') }}
            when order_cogs_returned > cogs_before_refunds
                then {{ to_money('line_cogs_returned * cogs_before_refunds / order_cogs_returned') }}
            else {{ to_money('line_cogs_returned') }}
        end as cogs_returned
    from weighed
)

select * from final
