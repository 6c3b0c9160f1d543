{#- The KPIs that CLV by formula is made of, which are columns of int_benchmark_chosen too. Of equally weak ones the first counts. -#}
{% macro benchmarked_kpis() %}
    {{ return(['average_order_value', 'purchase_frequency', 'gross_margin_rate', 'retention_rate']) }}
{% endmacro %}
