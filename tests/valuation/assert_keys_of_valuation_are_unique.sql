-- A failure means that a model of this folder holds several rows of one key, so that what reads it counts them more than once.
{{ repeated_keys(
    keys={
        'int_customer_intervals_derived': ['customer_id'],
        'int_customer_segments': ['customer_id'],
        'int_customer_uncertainties_derived': ['customer_id'],
        'int_customers_placed': ['valued_at', 'customer_id'],
        'int_customers_predicted': ['valued_at', 'customer_id'],
        'int_customers_valued': ['valued_at', 'customer_id'],
    },
) }}
