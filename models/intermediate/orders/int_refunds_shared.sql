{# what the money that is not told apart was paid for: the goods, with the tax in their prices, or all of the order #}
{% set goods = 'refunded_orders.revenue_before_refunds + refunded_orders.tax_in_prices' %}
{% set all = (
    'refunded_orders.revenue_before_refunds'
    ~ ' + case when refunded_orders.tax_in_prices <> 0 then refunded_orders.tax_in_prices else refunded_orders.tax_amount end'
    ~ ('' if var('include_shipping_in_revenue') else ' + refunded_orders.shipping_amount')
) %}
{% set paid %}
    case
        when {{ string_literal(var('refund_amounts')) }} = 'goods' then {{ goods }}
        when known_refunds.tax_amount is not null then refunded_orders.revenue_before_refunds
        when
            known_refunds.shipping_amount is null and known_refunds.line_number is null and known_refunds.quantity is null
            then {{ all }}
        else {{ goods }}
    end
{% endset %}
{% set shipping = '0' if var('include_shipping_in_revenue') else 'coalesce(known_refunds.shipping_amount, 0)' %}
with known_refunds as (
    select * from {{ ref('int_refunds_checked') }} where is_known and rejection_reason is null
),

states as (
    select * from {{ ref('int_order_states_noted') }}
),

documents as (
    select *
    from {{ ref('int_documents_totalled') }}
    where order_id in (select known_refunds.order_id from known_refunds)
),

refunded_orders as (
    select
        states.valued_at,
        documents.*
    from states
    inner join documents
        on
            states.order_id = documents.order_id
            and {{ same_version('states', 'documents') }}
            and states.valued_at >= documents.order_date
),

-- what is known of the refund itself goes before the order's shares; in the order's own currency where the refund is in it
shared as (
    select
        refunded_orders.valued_at,
        refunded_orders.order_id,
        known_refunds.refund_id,
        known_refunds.line_number,
        known_refunds.quantity,
        known_refunds.keeps_goods,
        known_refunds.refunded_at,
        known_refunds.refund_date,
        greatest(refunded_orders.revenue_before_refunds, 0) as order_revenue,
        known_refunds.exchange_rate
        / case
            when known_refunds.source_currency = refunded_orders.source_currency then refunded_orders.exchange_rate
            else known_refunds.exchange_rate
        end as rate_since_order,
        known_refunds.exchange_rate * (
            {% if var('refund_amounts') == 'goods' %}
            known_refunds.amount
            {% else %}
            known_refunds.amount - coalesce(known_refunds.tax_amount, 0) - {{ shipping }}
            {% endif %}
        ) * coalesce({{ ratio('refunded_orders.revenue_before_refunds', paid) }}, 0) as goods_amount
    from refunded_orders
    inner join known_refunds
        on
            refunded_orders.order_id = known_refunds.order_id
            and refunded_orders.valued_at >= known_refunds.refund_date
),

-- in the order they were paid, refunds take what is left of the goods
left_over as (
    select
        *,
        greatest(goods_amount, 0) / rate_since_order as goods_at_order_rate,
        greatest(order_revenue - coalesce(sum(greatest(goods_amount, 0) / rate_since_order) over (
            partition by valued_at, order_id
            order by refund_date, refunded_at, refund_id, line_number
            rows between unbounded preceding and 1 preceding
        ), 0), 0) as revenue_left
    from shared
),

-- half a cent more or less is rounding
taken as (
    select
        *,
        case
            when goods_at_order_rate > 0 and goods_at_order_rate >= revenue_left - 0.005 then revenue_left
            else goods_at_order_rate
        end as amount_at_order_rate
    from left_over
),

final as (
    select
        valued_at,
        order_id,
        refund_id,
        line_number,
        refund_date,
        quantity,
        keeps_goods,
        amount_at_order_rate,
        {{ to_money('amount_at_order_rate * rate_since_order') }} as refund_amount
    from taken
)

select * from final
