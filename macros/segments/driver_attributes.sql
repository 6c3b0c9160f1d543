{#- What customers are compared by in fct_clv_drivers: columns of int_customers_described. -#}
{% macro driver_attributes() %}
    {{ return([
        'channel', 'country', 'first_category', 'first_order_discount', 'full_price', 'refund_rate', 'loyalty', 'survey_score', 'nps_band'
    ]) }}
{% endmacro %}
