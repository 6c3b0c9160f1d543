{#- The sources whose rows are accounted for, as {source: the model that checks them beyond reading, or none}. -#}
{% macro raw_sources() %}
    {{ return({
        'orders': 'int_orders_checked',
        'order_items': 'int_order_items_checked',
        'products': none,
        'refunds': 'int_refunds_checked',
        'customers': none,
        'marketing_spend': 'int_marketing_spend_checked',
        'touchpoints': none,
        'campaign_members': none,
        'subscriptions': 'int_subscriptions_checked',
        'survey_responses': none,
        'inventory_periods': 'int_inventory_periods_checked',
        'exchange_rates': none,
    }) }}
{% endmacro %}
