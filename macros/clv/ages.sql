{% macro clv_ages() %}{{ return([12, 24, 36]) }}{% endmacro %}

{% macro months_of_age(age_days) -%}
    ({{ age_days }} * 12 / 365.25e0)
{%- endmacro %}

{% macro discount_to(age_days) -%}
    power(1 + {{ annual_discount_rate() }}, -({{ age_days }}) / 365.25e0)
{%- endmacro %}
