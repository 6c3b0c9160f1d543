{{ config(materialized='iterated', max_steps=1000) }}
{% set of_note = ['valued_at', 'customer_id', 'credit_note_id', 'credit_note_number', 'revenue_before_refunds'] %}
{% set of_note = of_note + ['source_currency', 'exchange_rate', 'ordered_at', 'order_date'] %}
{% set of_match = ['order_id', 'amount_at_order_rate', 'refund_amount', 'is_by_lines', 'known_cogs', 'uncosted_revenue'] %}

-- In each step the next note of every person takes back what it finds, less what refunds and the notes before it took.
with found as (
    select
        *,
        min(case when not is_at_rest then credit_note_number end) over (partition by valued_at, customer_id) as next_number
    from {{ last_step(ref('int_order_states_noted')) }}
    where credit_note_id is not null
),

next_notes as (
    select * from found where credit_note_number = next_number and not is_at_rest
),

returned as (
    select
        valued_at,
        order_id,
        sum(amount_at_order_rate) as amount
    from (
        select valued_at, order_id, amount_at_order_rate from {{ ref('int_refunds_shared') }}
        union all
        select valued_at, order_id, amount_at_order_rate from found where order_id <> credit_note_id
    ) as money_back
    group by valued_at, order_id
),

lines as (
    select
        compared.*,
        sum(case when found.is_by_lines then compared.quantity else 0 end) over (
            partition by compared.valued_at, compared.order_id, compared.product_id, compared.unit_price
        ) as returned_quantity
    from {{ ref('int_credit_notes_compared') }} as compared
    inner join next_notes
        on
            compared.valued_at = next_notes.valued_at
            and compared.customer_id = next_notes.customer_id
    left join found
        on
            compared.valued_at = found.valued_at
            and compared.credit_note_id = found.credit_note_id
            and compared.order_id = found.order_id
),

complete_orders as (
    select
        valued_at,
        credit_note_id,
        order_id,
        sum(known_cogs) as known_cogs,
        sum(uncosted_revenue) as uncosted_revenue
    from lines
    group by valued_at, credit_note_id, order_id
    having min(sold_quantity - returned_quantity - quantity) >= 0
),

-- what is left of the orders that are not later; where both are in one currency, at the rate of the note
left_over as (
    select
        {{ prefixed('next_notes.', of_note) | join(', ') }},
        orders.order_id,
        orders.ordered_at as order_placed_at,
        complete_orders.order_id is not null as is_by_lines,
        complete_orders.known_cogs,
        complete_orders.uncosted_revenue,
        orders.revenue_before_refunds - coalesce(returned.amount, 0) as amount_left,
        case
            when orders.source_currency = next_notes.source_currency then next_notes.exchange_rate / orders.exchange_rate
            else 1
        end as rate_since_order
    from next_notes
    inner join {{ ref('int_order_states_noted') }} as orders
        on
            next_notes.valued_at = orders.valued_at
            and next_notes.customer_id = orders.customer_id
            and next_notes.ordered_at >= orders.ordered_at
    left join returned
        on
            orders.valued_at = returned.valued_at
            and orders.order_id = returned.order_id
    left join complete_orders
        on
            next_notes.valued_at = complete_orders.valued_at
            and next_notes.credit_note_id = complete_orders.credit_note_id
            and orders.order_id = complete_orders.order_id
    where orders.revenue_before_refunds - coalesce(returned.amount, 0) >= 0.005
),

-- first the latest order with all its lines, or of its amount, then the latest ones
chosen as (
    select
        *,
        row_number() over (
            partition by valued_at, credit_note_id
            order by
                case
                    when is_by_lines then 1
                    when abs(amount_left * rate_since_order + revenue_before_refunds) < 0.005 then 2
                    else 3
                end,
                order_placed_at desc, order_id desc
        ) as choice
    from left_over
),

matched as (
    select
        *,
        least(amount_left, greatest(-revenue_before_refunds - coalesce(sum(amount_left * rate_since_order) over (
            partition by valued_at, credit_note_id
            order by least(choice, 2), order_placed_at desc, order_id desc
            rows between unbounded preceding and 1 preceding
        ), 0), 0) / rate_since_order) as amount_at_order_rate
    from chosen
),

final as (
    select {{ (of_note + of_match) | join(', ') }}, is_at_rest or credit_note_number = next_number as is_at_rest
    from found
    union all
    select
        {{ (of_note + of_match[:2]) | join(', ') }},
        {{ to_money('amount_at_order_rate * rate_since_order') }} as refund_amount,
        is_by_lines and choice = 1 as is_by_lines,
        known_cogs,
        uncosted_revenue,
        true as is_at_rest
    from matched
    where amount_at_order_rate > 0
)

select * from final
