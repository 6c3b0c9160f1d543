with known_refunds as (
    select * from {{ ref('int_refunds_checked') }} where is_known and rejection_reason is null
),

refunded_orders as (
    select *
    from {{ ref('int_order_states_costed') }}
    where order_id in (select known_refunds.order_id from known_refunds)
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

-- share of the order's money given back: in the order's own currency where the refund is in it
shared as (
    select
        refunded_orders.valued_at,
        refunded_orders.order_id,
        known_refunds.refund_id,
        known_refunds.refund_date,
        known_refunds.quantity,
        refunded_orders.is_counted_status,
        refunded_orders.cogs_before_refunds,
        refunded_orders.revenue_before_refunds,
        refunded_orders.quantity as order_quantity,
        lines.line_number,
        lines.quantity as line_quantity,
        lines.net_item_revenue as line_net_item_revenue,
        lines.cogs as line_cogs,
        {{ untaxed_share('refunded_orders.revenue_before_refunds', 'refunded_orders.tax_amount') }} as revenue_share,
        known_refunds.amount * known_refunds.exchange_rate as amount_paid,
        known_refunds.amount
        * case
            when known_refunds.source_currency = refunded_orders.source_currency then refunded_orders.exchange_rate
            else known_refunds.exchange_rate
        end as amount_paid_at_order_rate
    from refunded_orders
    inner join known_refunds
        on
            refunded_orders.order_id = known_refunds.order_id
            and refunded_orders.valued_at >= known_refunds.refund_date
    left join lines
        on
            refunded_orders.valued_at = lines.valued_at
            and refunded_orders.order_id = lines.order_id
            and known_refunds.line_number = lines.line_number
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
        sum(amount_at_order_rate) over (partition by valued_at, order_id) as order_amount_refunded,
        sum(returned_quantity) over (partition by valued_at, order_id, line_number) as all_returned_quantity
    from untaxed
),

-- cost of the goods that came back with a refund: together no more than the line (without a line, the order) had; nothing of an
-- order that cost less than nothing, since it returned more than it sold
costed as (
    select
        *,
        order_amount_refunded > 0 and order_amount_refunded >= revenue_before_refunds - 0.005 as is_fully_refunded,
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
        sum(line_cogs_returned) over (partition by valued_at, order_id) as order_cogs_returned
    from costed
),

final as (
    select
        valued_at,
        order_id,
        refund_id,
        refund_date,
        is_counted_status,
        is_fully_refunded,
        refund_amount,
        case
            when cogs_before_refunds is null then null
            when is_fully_refunded then {{ to_money('cogs_before_refunds * amount_at_order_rate / order_amount_refunded') }}
            when order_cogs_returned > greatest(cogs_before_refunds, 0)
                then {{ to_money('line_cogs_returned * greatest(cogs_before_refunds, 0) / order_cogs_returned') }}
            else {{ to_money('line_cogs_returned') }}
        end as cogs_returned
    from weighed
)

select * from final
