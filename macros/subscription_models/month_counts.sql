{% macro whole_months(first_day, last_day) -%}
    cast(
        {{ months_between(first_day, last_day) }}
        - case when {{ add_months(first_day, months_between(first_day, last_day)) }} > {{ last_day }} then 1 else 0 end
        as integer
    )
{%- endmacro %}

{% macro begun_months(first_day, last_day) -%}
    cast(
        {{ months_between(first_day, last_day) }}
        + case when {{ add_months(first_day, months_between(first_day, last_day)) }} < {{ last_day }} then 1 else 0 end
        as integer
    )
{%- endmacro %}

{% macro begun_periods(first_day, last_day, months) -%}
    cast(ceil({{ begun_months(first_day, last_day) }} / ({{ months }} * 1e0)) as integer)
{%- endmacro %}

{% macro periods_paid(first_day, last_day, months) -%}
    greatest({{ begun_periods(first_day, last_day, months) }}, 1)
{%- endmacro %}
