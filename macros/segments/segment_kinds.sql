{% macro segment_kinds() %}
    {{ return(['company', 'channel', 'country', 'tier', 'cohort']) }}
{% endmacro %}
