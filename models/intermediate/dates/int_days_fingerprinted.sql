with orders as (
    select * from {{ ref('int_documents_totalled') }}
),

order_versions as (
    select * from {{ ref('int_orders_checked') }}
),

refunds as (
    select * from {{ ref('int_refunds_checked') }}
),

contacts as (
    select * from {{ ref('int_contacts_normalised') }}
),

inventory_periods as (
    select * from {{ ref('int_inventory_periods_checked') }}
),

-- what a refund brings back hangs on the lines of its order
refunded_lines as (
    select
        refunds.refund_date,
        refunds.refund_id,
        matched_lines.superseded_version,
        matched_lines.line_number,
        matched_lines.quantity,
        matched_lines.net_item_revenue,
        matched_lines.known_cogs
    from refunds
    inner join {{ ref('int_order_lines_valued') }} as matched_lines
        on refunds.order_id = matched_lines.order_id
),

-- what a credit note takes back hangs on the lines of both documents
noted_lines as (
    select
        documents.known_on,
        matched_lines.order_id,
        matched_lines.superseded_version,
        matched_lines.product_id,
        matched_lines.quantity,
        matched_lines.source_unit_price
    from orders as documents
    inner join {{ ref('int_order_lines_valued') }} as matched_lines
        on
            documents.order_id = matched_lines.order_id
            and {{ same_version('documents', 'matched_lines') }}
    where documents.source_customer_id is not null and (select min(notes.revenue_before_refunds) from orders as notes) < 0
),

known as (
    {% for relation, day, columns in [
        ('orders', 'known_on', [
            'order_id', 'ordered_at', 'order_date', 'known_on', 'source_customer_id', 'is_counted_status', 'source_currency', 'exchange_rate',
            'quantity', 'shipping_amount', 'tax_amount', 'tax_in_prices', 'revenue_before_refunds', 'known_cogs', 'costed_revenue', 'uncosted_revenue',
        ]),
        ('order_versions', 'known_on', ['order_id', 'known_on', 'rejection_reason']),
        ('refunds', 'refund_date', [
            'refund_id', 'order_id', 'line_number', 'amount', 'quantity', 'tax_amount', 'shipping_amount', 'keeps_goods',
            'source_currency', 'exchange_rate', 'refunded_at', 'refund_date', 'rejection_reason',
        ]),
        ('refunded_lines', 'refund_date', [
            'refund_id', 'superseded_version', 'line_number', 'quantity', 'net_item_revenue', 'known_cogs',
        ]),
        ('noted_lines', 'known_on', [
            'order_id', 'superseded_version', 'product_id', 'quantity', 'source_unit_price',
        ]),
        ('contacts', 'known_on', ['source_customer_id', 'contact_kind', 'contact_hash', 'known_on']),
        ('inventory_periods', 'period_end', [
            'period_start', 'period_end', 'opening_inventory', 'purchases', 'closing_inventory', 'exchange_rate', 'rejection_reason',
        ]),
    ] %}
    select
        {{ day }} as known_on,
        {{ row_hash(columns) }} as row_hash
    from {{ relation }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        known_on,
        sum(row_hash) as fingerprint
    from known
    group by known_on
)

select * from final
