{% macro valued_now() -%}
    cast('9999-12-31' as date)
{%- endmacro %}


{#- All of it where var history_months is null. -#}
{% macro is_in_history(day, as_of_month, months_before=0) -%}
    {%- if var('history_months') is none -%}
    true
    {%- else -%}
    {{ month_of(day) }} >= {{ add_months(as_of_month, '-' ~ (var('history_months') + months_before)) }}
    {%- endif -%}
{%- endmacro %}
