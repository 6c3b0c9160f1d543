{% macro discounted_occasions(months, discount_rate) -%}
    {%- for month in range(1, months + 1) -%}
    occasions_{{ month }} * (power(1 + {{ discount_rate }}, -{{ month }} / 12e0)
    {%- if not loop.last %} - power(1 + {{ discount_rate }}, -{{ month + 1 }} / 12e0){% endif %})
    {%- if not loop.last %} + {% endif %}
    {%- endfor -%}
{%- endmacro %}

{#- A month counts as far as the customer is not older, and from its middle. -#}
{% macro occasions_to_age(months, age_months, discount_rate) -%}
    power(1 + {{ discount_rate }}, -{{ age_months }} / 12) * (
    {%- for month in range(1, months + 1) %}
        {{ '+ ' if not loop.first }}(occasions_{{ month }}{{ ' - occasions_' ~ (month - 1) if not loop.first }})
        * least(greatest({{ months - month + 1 }} - {{ age_months }}, 0), 1) * power(1 + {{ discount_rate }}, -{{ 2 * month - 1 }} / 24e0)
    {%- endfor %}
    )
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

{% macro predicted_months() %}{{ return(([var('horizon_months')] + clv_ages()) | max) }}{% endmacro %}

{% macro predicted_horizons() %}
    {%- set horizons = {'30d': '30 / 7e0', '90d': '90 / 7e0', '365d': '365 / 7e0'} -%}
    {%- for month in range(1, predicted_months() + 1) -%}{%- do horizons.update({month: weeks_of_months(month)}) -%}{%- endfor -%}
    {{ return(horizons) }}
{% endmacro %}
