{% macro order_columns() %}
    {{ return([
        'customer_id', 'status', 'currency', 'sales_channel', 'device', 'country', 'email',
        'amount', 'discount_amount', 'shipping_amount', 'tax_amount', 'total_amount', 'tax_included', 'ordered_at',
    ]) }}
{% endmacro %}
