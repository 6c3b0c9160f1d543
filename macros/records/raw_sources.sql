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
