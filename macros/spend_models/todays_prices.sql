{#- What occasions were worth, at the prices of the date: where customers' own values drift by a steady rate a year, each value is brought
    forward by what has passed since. The logarithms are exact; repeats are all brought forward from their mean day, weighed by value. -#}

{#- A model by name takes values as they were, as published figures do. -#}
{% macro has_price_drift() %}{{ return(var('spend_model') == 'auto') }}{% endmacro %}

{#- A drift counts where it is 2% a year at least, and three standard errors from 0. -#}
{% macro least_price_drift() %}{{ return('ln(102e-2)') }}{% endmacro %}

{% macro at_todays_prices(customers, drifts) -%}
    {%- set age = 'coalesce(' ~ customers ~ '.age_days, 0)' -%}
    {%- set years = age ~ ' / 365e0' -%}
    {%- set drift = 'coalesce(' ~ drifts ~ '.price_drift, 0e0)' -%}
    {%- set repeat_values = customers ~ '.x * ' ~ customers ~ '.mean_repeat_value' -%}
    {%- set mean_years = 'greatest(least(coalesce(' ~ customers ~ '.aged_values / nullif(' ~ repeat_values ~ ', 0), 0e0), '
        ~ age ~ '), 0e0) / 365e0' -%}
    {%- set first_factor = bounded_exp(drift ~ ' * ' ~ years) -%}
    {%- set repeat_factor = bounded_exp(drift ~ ' * (' ~ years ~ ' - ' ~ mean_years ~ ')') -%}
    {{ customers }}.valued_at,
    {{ customers }}.customer_id,
    {{ customers }}.x,
    {{ customers }}.first_value * {{ first_factor }} as first_value,
    {{ customers }}.mean_repeat_value * {{ repeat_factor }} as mean_repeat_value,
    (({{ customers }}.squared_values - {{ customers }}.first_value * {{ customers }}.first_value) * power({{ repeat_factor }}, 2))
    + power({{ customers }}.first_value * {{ first_factor }}, 2) as squared_values,
    {{ customers }}.log_occasions,
    {{ customers }}.log_values
    + {{ drift }} * ({{ customers }}.log_occasions * {{ age }} - coalesce({{ customers }}.log_days, 0)) / 365e0 as log_values,
    {{ customers }}.first_log_value + {{ drift }} * {{ years }} as first_log_value,
    {{ customers }}.squared_logs
    + 2 * {{ drift }} * ({{ age }} * {{ customers }}.log_values - coalesce({{ customers }}.aged_logs, 0)) / 365e0
    + {{ drift }} * {{ drift }} * (
        {{ customers }}.log_occasions * {{ age }} * {{ age }}
        - 2 * {{ age }} * coalesce({{ customers }}.log_days, 0)
        + coalesce({{ customers }}.squared_log_days, 0)
    ) / 133225e0 as squared_logs
{%- endmacro %}
