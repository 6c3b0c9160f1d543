-- A failure means that a model of this folder holds several rows of one key, so that what reads it counts them more than once.
{{ repeated_keys(
    keys={
        'int_acquired_customers': ['attribution_model', 'month', 'acquisition_channel', 'campaign'],
        'int_acquired_margins': ['cohort_month', 'acquisition_channel', 'campaign', 'age_months'],
        'int_attributed_orders': ['attribution_model', 'month', 'acquisition_channel', 'campaign'],
        'int_campaign_ages': ['campaign', 'age_months'],
        'int_campaigns': ['campaign'],
        'int_channel_months': ['attribution_model', 'month', 'acquisition_channel'],
        'int_channel_paybacks': ['month', 'acquisition_channel'],
    },
) }}
