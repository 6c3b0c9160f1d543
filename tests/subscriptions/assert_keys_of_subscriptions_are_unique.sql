-- A failure means that a model of this folder holds several rows of one key, so that what reads it counts them more than once.
{{ repeated_keys(
    keys={
        'int_subscribed_segments': ['segment_kind', 'segment'],
        'int_subscribers': ['plan', 'billing_period', 'customer_id'],
        'int_subscription_changes': ['plan', 'customer_id', 'month'],
        'int_subscription_cohorts': ['cohort_month', 'plan', 'billing_period', 'age_months'],
        'int_subscription_curves': ['plan', 'billing_period', 'age_months'],
        'int_subscription_margin': ['margin_basis'],
        'int_subscription_models_fitted': ['plan', 'billing_period', 'model_name'],
        'int_subscription_models_searched': ['model_name', 'data_id', 'start_number'],
        'int_subscription_plans': ['plan', 'billing_period'],
        'int_subscription_renewals': ['data_id', 'x', 'lost'],
        'int_subscriptions_chained': ['plan', 'billing_period', 'subscription_id'],
        'int_subscriptions_valued': ['subscription_id'],
    },
) }}
