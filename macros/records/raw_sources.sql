{#- The sources whose rows are accounted for, as {source: {versions: the model that keeps their version_status, or none;
    kept: other models that keep what was made of them; checked: the model that checks them beyond reading, or none}}. -#}
{% macro raw_sources() %}
    {{ return({
        'orders': {'versions': 'int_orders_versioned', 'checked': 'int_orders_checked'},
        'order_items': {'versions': 'int_order_items_versioned', 'checked': 'int_order_items_checked'},
        'products': {},
        'refunds': {'checked': 'int_refunds_checked'},
        'customers': {'versions': 'int_account_versions'},
        'marketing_spend': {'checked': 'int_marketing_spend_checked'},
        'touchpoints': {'versions': 'int_touchpoints_versioned', 'kept': ['int_order_paths']},
        'campaign_members': {},
        'subscriptions': {'checked': 'int_subscriptions_checked'},
        'survey_responses': {},
        'inventory_periods': {'checked': 'int_inventory_periods_checked'},
        'exchange_rates': {},
    }) }}
{% endmacro %}
