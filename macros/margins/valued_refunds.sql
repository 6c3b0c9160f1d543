{#- CTEs, the last of which is `final`: what each refund took from revenue, and the cost of the goods that came back.
    keys: list of the columns that name an order. In the query: refunds; orders with their totals before refunds; lines, the sums of the
    orders' lines by line_number. -#}
{% macro valued_refunds(keys) %}
-- share of the order's money given back: in the order's own currency where the refund is in it
shared as (
    select
        {% for key in keys %}
        refunds.{{ key }},
        {% endfor %}
        refunds.refund_id,
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
        on {{ equal_columns('refunds', 'orders', keys) }}
    left join lines
        on
            {{ equal_columns('refunds', 'lines', keys) }}
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
        sum(amount_at_order_rate) over (partition by {{ keys | join(', ') }}) as order_amount_refunded,
        sum(returned_quantity) over (partition by {{ keys | join(', ') }}, line_number) as all_returned_quantity
    from untaxed
),

-- cost of the goods that came back with a refund: together no more than the line (without a line, the order) had; nothing of an order
-- that cost less than nothing, since it returned more than it sold
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
        sum(line_cogs_returned) over (partition by {{ keys | join(', ') }}) as order_cogs_returned
    from costed
),

final as (
    select
        {{ keys | join(', ') }},
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
{% endmacro %}


{#- left, right: names of relations in the query; keys: list of columns. True where all of them are equal. -#}
{% macro equal_columns(left, right, keys) -%}
    {%- for key in keys -%}
    {{ left }}.{{ key }} = {{ right }}.{{ key }}{% if not loop.last %} and {% endif %}
    {%- endfor -%}
{%- endmacro %}
