-- A failure means that a model of this folder holds several rows of one key, or a row without one, so that what reads it counts
-- them more than once.
{{ repeated_keys(
    keys={
        'int_acquisitions': ['customer_id', 'acquisition_channel', 'acquisition_campaign'],
        'int_benchmark': ['business_model'],
        'int_customer_channels': ['customer_id'],
        'int_order_paths': ['customer_id', 'customer_order_number', 'acquisition_channel', 'acquisition_campaign'],
        'int_spend_months': ['month', 'acquisition_channel', 'campaign'],
    },
    primary_keys={
        'int_paths_restated': ['customer_id'],
    },
) }}
