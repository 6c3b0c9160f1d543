with refunds as (
    select * from {{ ref('int_refunds_shared') }}
),

refunded_orders as (
    select *
    from {{ ref('int_order_states_costed') }}
    where order_id in (select refunds.order_id from refunds)
),

costed_lines as (
    select * from {{ ref('int_order_lines_valued') }} where line_number is not null
),

lines as (
    select
        refunded_orders.valued_at,
        refunded_orders.order_id,
        costed_lines.line_number,
        sum(costed_lines.quantity) as quantity,
        sum(costed_lines.net_item_revenue) as net_item_revenue,
        sum(case
            when costed_lines.known_cost_basis is not null then costed_lines.known_cogs
            else {{ cogs_by_ratio(
                'costed_lines.net_item_revenue', 'refunded_orders.inventory_ratio', 'refunded_orders.company_rate'
            ) }}
        end) as cogs
    from refunded_orders
    inner join costed_lines
        on
            refunded_orders.order_id = costed_lines.order_id
            and {{ same_version('refunded_orders', 'costed_lines') }}
    group by refunded_orders.valued_at, refunded_orders.order_id, costed_lines.line_number
),

-- the share of the line (without a line, of the order) that came back: by pieces, without them by money
returned as (
    select
        refunds.*,
        refunded_orders.is_counted_status,
        refunded_orders.cogs_before_refunds,
        sum(refunds.amount_at_order_rate) over of_order as order_amount_refunded,
        sum(refunds.amount_at_order_rate) over of_order > 0
        and sum(refunds.amount_at_order_rate) over of_order >= refunded_orders.revenue_before_refunds - 0.005
            as is_fully_refunded,
        case
            when lines.line_number is not null then lines.cogs
            else refunded_orders.cogs_before_refunds
        end as whole_cogs,
        coalesce(case
            when lines.line_number is not null
                then coalesce(
                    {{ ratio('refunds.quantity', 'lines.quantity') }},
                    {{ ratio('refunds.amount_at_order_rate', 'lines.net_item_revenue') }}
                )
            else coalesce(
                {{ ratio('refunds.quantity', 'refunded_orders.quantity') }},
                {{ ratio('refunds.amount_at_order_rate', 'refunded_orders.revenue_before_refunds') }}
            )
        end, 0) as returned_share
    from refunds
    inner join refunded_orders
        on
            refunds.valued_at = refunded_orders.valued_at
            and refunds.order_id = refunded_orders.order_id
    left join lines
        on
            refunds.valued_at = lines.valued_at
            and refunds.order_id = lines.order_id
            and refunds.line_number = lines.line_number
    window of_order as (partition by refunds.valued_at, refunds.order_id)
),

-- goods come back only once: together no more than the line had, and nothing of an order that cost less than nothing, since it
-- returned more than it sold
costed as (
    select
        *,
        greatest(returned_share, 0) * greatest(whole_cogs, 0)
        / greatest(sum(greatest(returned_share, 0)) over (partition by valued_at, order_id, line_number), 1) as goods_returned
    from returned
),

weighed as (
    select
        *,
        case
            when is_fully_refunded then cogs_before_refunds * amount_at_order_rate / order_amount_refunded
            else goods_returned * least(coalesce({{ ratio(
                'greatest(cogs_before_refunds, 0)', 'sum(goods_returned) over (partition by valued_at, order_id)'
            ) }}, 0), 1)
        end as cogs_returned
    from costed
),

final as (
    select
        valued_at,
        order_id,
        refund_id,
        line_number,
        refund_date,
        is_counted_status,
        is_fully_refunded,
        refund_amount,
        case
            when cogs_before_refunds is null then null
            when keeps_goods then 0
            else {{ to_money('cogs_returned') }}
        end as cogs_returned
    from weighed
)

select * from final
