-- A failure means that a model of this folder holds several rows of one key, so that what reads it counts them more than once.
{{ repeated_keys(
    keys={
        'stg_shop__campaign_members': ['delivered_in', 'delivered_row'],
        'stg_shop__exchange_rates': ['delivered_in', 'delivered_row'],
        'stg_shop__filtered_orders': ['order_id'],
        'stg_shop__inventory_periods': ['delivered_in', 'delivered_row'],
        'stg_shop__marketing_spend': ['delivered_in', 'delivered_row'],
        'stg_shop__products': ['delivered_in', 'delivered_row'],
        'stg_shop__refunds': ['delivered_in', 'delivered_row'],
        'stg_shop__subscriptions': ['delivered_in', 'delivered_row'],
        'stg_shop__survey_responses': ['delivered_in', 'delivered_row'],
    },
) }}
