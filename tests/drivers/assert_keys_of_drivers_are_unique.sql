-- A failure means that a model of this folder holds several rows of one key, so that what reads it counts them more than once.
{{ repeated_keys(
    keys={
        'int_attribute_values': ['attribute', 'attribute_value'],
        'int_customer_attributes': ['customer_id'],
        'int_loyalty_members': ['customer_id'],
        'int_survey_responses': ['customer_id'],
    },
) }}
