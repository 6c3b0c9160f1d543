with documents as (
    select * from {{ ref('int_order_states_noted') }} where customer_id is not null
),

-- two pieces at -5 are two pieces of 5 that came back
lines as (
    select
        documents.valued_at,
        documents.customer_id,
        documents.order_id,
        documents.credit_note_id,
        documents.source_currency,
        documents.ordered_at,
        documents.revenue_before_refunds,
        order_lines.product_id,
        abs(order_lines.source_unit_price) as unit_price,
        sum(case when order_lines.source_unit_price < 0 then -order_lines.quantity else order_lines.quantity end) as quantity,
        sum(case when order_lines.known_cost_basis is not null then order_lines.known_cogs end) as known_cogs,
        sum(case when order_lines.known_cost_basis is null then order_lines.net_item_revenue end) as uncosted_revenue
    from documents
    inner join {{ ref('int_order_lines_valued') }} as order_lines
        on
            documents.order_id = order_lines.order_id
            and {{ same_version('documents', 'order_lines') }}
    group by
        documents.valued_at, documents.customer_id, documents.order_id, documents.credit_note_id, documents.source_currency,
        documents.ordered_at, documents.revenue_before_refunds, order_lines.product_id, abs(order_lines.source_unit_price)
),

returned as (
    select
        *,
        count(*) over (partition by valued_at, order_id) as lines_of_note
    from lines
    where credit_note_id is not null and quantity < 0
),

sold as (
    select *
    from lines
    where revenue_before_refunds > 0 and quantity > 0
),

compared as (
    select
        returned.valued_at,
        returned.customer_id,
        returned.credit_note_id,
        sold.order_id,
        returned.product_id,
        returned.unit_price,
        -returned.quantity as quantity,
        sold.quantity as sold_quantity,
        {{ to_money('sold.known_cogs * ' ~ ratio('-returned.quantity', 'sold.quantity')) }} as known_cogs,
        {{ to_money('sold.uncosted_revenue * ' ~ ratio('-returned.quantity', 'sold.quantity')) }} as uncosted_revenue,
        returned.lines_of_note,
        count(*) over (partition by returned.valued_at, returned.credit_note_id, sold.order_id) as lines_found
    from returned
    inner join sold
        on
            returned.valued_at = sold.valued_at
            and returned.customer_id = sold.customer_id
            and returned.product_id = sold.product_id
            and returned.unit_price = sold.unit_price
            and returned.source_currency = sold.source_currency
            and returned.ordered_at >= sold.ordered_at
            and -returned.quantity <= sold.quantity
),

final as (
    select
        valued_at,
        customer_id,
        credit_note_id,
        order_id,
        product_id,
        unit_price,
        quantity,
        sold_quantity,
        known_cogs,
        uncosted_revenue
    from compared
    where lines_found = lines_of_note
)

select * from final
