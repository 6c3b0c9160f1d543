-- A failure means that a model of this folder holds several rows of one key, or a row without one, so that what reads it counts
-- them more than once.
{{ repeated_keys(
    keys={
        'int_changed_orders': ['order_id'],
        'int_credit_notes_compared': ['valued_at', 'credit_note_id', 'order_id', 'product_id', 'unit_price'],
        'int_credit_notes_matched': ['valued_at', 'credit_note_id', 'order_id'],
        'int_inventory_ratios_derived': ['valued_at', 'order_date'],
        'int_orders_valued': ['valued_at', 'order_id'],
        'int_refunds_shared': ['valued_at', 'refund_id', 'line_number', 'order_id'],
        'int_refunds_valued': ['valued_at', 'is_credit_note', 'refund_id', 'line_number', 'order_id'],
    },
    primary_keys={
        'int_changed_customers': ['customer_id'],
        'int_company_rates_derived': ['valued_at'],
        'int_order_states_listed': ['valued_at', 'order_id'],
        'int_order_states_noted': ['valued_at', 'order_id'],
    },
) }}
