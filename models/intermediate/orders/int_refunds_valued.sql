{% set columns = ['valued_at', 'refund_date', 'order_id', 'refund_id', 'refund_amount', 'amount_at_order_rate'] %}
{% set columns = columns + ['line_number', 'quantity', 'keeps_goods', 'is_by_lines', 'known_cogs', 'uncosted_revenue'] %}
with refunds as (
    select
        *,
        cast(null as {{ type_money() }}) as known_cogs,
        cast(null as {{ type_money() }}) as uncosted_revenue,
        false as is_by_lines
    from {{ ref('int_refunds_shared') }}
),

credit_notes as (
    select
        *,
        order_date as refund_date,
        cast(null as {{ dbt.type_string() }}) as line_number,
        cast(null as {{ type_double() }}) as quantity,
        false as keeps_goods
    from {{ ref('int_credit_notes_matched') }}
    where order_id <> credit_note_id
),

-- what a note takes from an order, it no longer takes from its own day
returns as (
    select {{ columns | join(', ') }}, false as is_credit_note
    from refunds
    union all
    select {{ columns | join(', ') | replace('refund_id', 'credit_note_id as refund_id') }}, true as is_credit_note
    from credit_notes
    union all
    select
        {{ columns[:2] | join(', ') }}, credit_note_id as order_id, order_id as refund_id, -refund_amount as refund_amount,
        -refund_amount as amount_at_order_rate, {{ columns[6:9] | join(', ') }}, false as is_by_lines,
        {{ columns[10:] | join(', ') }}, true as is_credit_note
    from credit_notes
),

orders as (
    select * from {{ ref('int_order_states_costed') }} where order_id in (select returns.order_id from returns)
),

lines as (
    select
        orders.valued_at,
        orders.order_id,
        order_lines.line_number,
        sum(order_lines.quantity) as quantity,
        sum(order_lines.net_item_revenue) as net_item_revenue,
        sum(case
            when order_lines.known_cost_basis is not null then order_lines.known_cogs
            else {{ cogs_by_ratio('order_lines.net_item_revenue', 'orders.inventory_ratio', 'orders.company_rate') }}
        end) as cogs
    from orders
    inner join {{ ref('int_order_lines_valued') }} as order_lines
        on
            orders.order_id = order_lines.order_id
            and {{ same_version('orders', 'order_lines') }}
    where order_lines.line_number is not null
    group by orders.valued_at, orders.order_id, order_lines.line_number
),

-- the share of the line (without a line, of the order) that came back: by pieces, without them by money
returned as (
    select
        returns.*,
        orders.is_counted_status,
        orders.cogs_before_refunds,
        orders.revenue_before_refunds,
        sum(returns.amount_at_order_rate) over (partition by returns.valued_at, returns.order_id) as order_amount_refunded,
        case
            when returns.is_by_lines
                then
                    coalesce(returns.known_cogs, 0) + coalesce({{ cogs_by_ratio(
                        'returns.uncosted_revenue', 'orders.inventory_ratio', 'orders.company_rate'
                    ) }}, 0)
            when lines.line_number is not null then lines.cogs
            else orders.cogs_before_refunds
        end as whole_cogs,
        case when not returns.is_by_lines and returns.quantity is null then lines.net_item_revenue end as line_revenue,
        coalesce(case
            when returns.is_by_lines then 1
            when lines.line_number is not null
                then coalesce(
                    {{ ratio('returns.quantity', 'lines.quantity') }},
                    {{ ratio('returns.amount_at_order_rate', 'lines.net_item_revenue') }}
                )
            else coalesce(
                {{ ratio('returns.quantity', 'orders.quantity') }},
                {{ ratio('returns.amount_at_order_rate', 'orders.revenue_before_refunds') }}
            )
        end, 0) as returned_share
    from returns
    inner join orders
        on
            returns.valued_at = orders.valued_at
            and returns.order_id = orders.order_id
    left join lines
        on
            returns.valued_at = lines.valued_at
            and returns.order_id = lines.order_id
            and returns.line_number = lines.line_number
),

shared as (
    select
        *,
        sum(greatest(returned_share, 0)) over (partition by valued_at, order_id, line_number) as line_share
    from returned
),

-- goods come back only once: together no more than the line had, and nothing of an order that cost less than nothing, since it
-- returned more than it sold. Of a line, too, half a cent less than all its money is all of it
costed as (
    select
        *,
        order_amount_refunded <> 0 and abs(order_amount_refunded) >= abs(revenue_before_refunds) - 0.005 as is_fully_refunded,
        greatest(returned_share, 0) * greatest(whole_cogs, 0) / case
            when
                line_share > 0 and line_share < 1
                and (1 - line_share) * line_revenue <= least(5e-3, 1e-2 * line_revenue)
                then line_share
            else greatest(line_share, 1)
        end as goods_returned
    from shared
),

limited as (
    select
        *,
        goods_returned * least(coalesce({{ ratio(
            'greatest(cogs_before_refunds, 0)', 'sum(goods_returned) over (partition by valued_at, order_id)'
        ) }}, 0), 1) as limited_goods
    from costed
),

-- what a full refund returned beyond the goods it names is shared by money
weighed as (
    select
        *,
        case
            when is_fully_refunded
                then
                    limited_goods
                    + (coalesce(cogs_before_refunds, 0) - sum(limited_goods) over (partition by valued_at, order_id))
                    * amount_at_order_rate / order_amount_refunded
            when revenue_before_refunds < 0 then cogs_before_refunds * amount_at_order_rate / revenue_before_refunds
            else limited_goods
        end as cogs_returned
    from limited
),

final as (
    select
        {{ columns[:5] | join(', ') }}, line_number, is_credit_note, is_counted_status, is_fully_refunded,
        case
            when cogs_before_refunds is null and not {{ is_settled_note() }} then null
            when keeps_goods then 0
            else {{ to_money('cogs_returned') }}
        end as cogs_returned
    from weighed
)

select * from final
