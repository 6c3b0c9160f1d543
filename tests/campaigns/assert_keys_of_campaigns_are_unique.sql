-- A failure means that a model of this folder holds several rows of one key, so that what reads it counts them more than once.
{{ repeated_keys(
    keys={
        'int_campaign_groups': ['campaign', 'variant', 'value_tier'],
        'int_campaign_members': ['campaign', 'customer_id'],
    },
) }}
