-- A failure means that a model of this folder holds several rows of one key, or a row without one, so that what reads it counts
-- them more than once.
{{ repeated_keys(
    keys={
        'int_customer_profiles': ['customer_id'],
        'int_customers_known': ['customer_id'],
        'int_rfm_scores': ['customer_id'],
    },
    primary_keys={
        'int_customers_measured': ['valued_at', 'customer_id'],
        'int_revised_customers': ['source_customer_id'],
        'int_usual_gaps_found': ['valued_at'],
    },
) }}
