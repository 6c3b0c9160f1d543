{% macro discounted_occasions(expected_occasions, months, discount_rate) -%}
    {%- for month in range(1, months + 1) -%}
    ({{ expected_occasions('weeks_' ~ month) }}) * (power(1 + {{ discount_rate }}, -{{ month }} / 12e0)
    {%- if not loop.last %} - power(1 + {{ discount_rate }}, -{{ month + 1 }} / 12e0){% endif %})
    {%- if not loop.last %} + {% endif %}
    {%- endfor -%}
{%- endmacro %}

{% macro weeks_of_months(months) -%}
    {{ months * 365.25e0 / 12 / 7 }}e0
{%- endmacro %}

{% macro weeks_between(first_day, last_day) -%}
    cast({{ dbt.datediff(first_day, last_day, 'day') }} as {{ type_double() }}) / 7
{%- endmacro %}

{% macro count_bin(x) -%}
    case when {{ x }} <= 8 then {{ x }} else round(8 * exp((floor(8 * ln(greatest({{ x }}, 8) / 8)) + 5e-1) / 8)) end
{%- endmacro %}

{% macro forecast_months() %}{{ return(12) }}{% endmacro %}

{% macro horizon_quarters() %}{{ return([(var('horizon_months') / 3) | round(0, 'ceil') | int, 1] | max) }}{% endmacro %}

{% macro predicted_horizons() %}
    {%- set horizons = {'30d': '30 / 7e0', '90d': '90 / 7e0', '365d': '365 / 7e0'} -%}
    {%- for month in range(1, var('horizon_months') + 1) -%}{%- do horizons.update({month: weeks_of_months(month)}) -%}{%- endfor -%}
    {{ return(horizons) }}
{% endmacro %}
