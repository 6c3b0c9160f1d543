-- A failure means that a model of this folder holds several rows of one key, so that what reads it counts them more than once.
{{ repeated_keys(
    keys={
        'stg_builds__builds': ['known_before'],
        'stg_builds__dates': ['valued_at'],
        'stg_builds__deliveries': ['source_name', 'delivered_in'],
        'stg_builds__exchange_rates': ['currency', 'rate_date'],
        'stg_builds__identity_keys': ['identity_key'],
        'stg_builds__product_costs': ['product_id', 'valid_from'],
    },
) }}
