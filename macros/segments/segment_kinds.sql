{#- The kinds of segment that KPIs are published for: columns of int_customers_segmented. -#}
{% macro segment_kinds() %}
    {{ return(['company', 'channel', 'country', 'tier', 'cohort']) }}
{% endmacro %}
