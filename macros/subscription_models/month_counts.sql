{% macro whole_months(first_day, last_day) -%}
    cast(
        {{ dbt.datediff(first_day, last_day, 'month') }}
        - case when {{ add_months(first_day, dbt.datediff(first_day, last_day, 'month')) }} > {{ last_day }} then 1 else 0 end
        as integer
    )
{%- endmacro %}

{% macro begun_months(first_day, last_day) -%}
    cast(
        {{ dbt.datediff(first_day, last_day, 'month') }}
        + case when {{ add_months(first_day, dbt.datediff(first_day, last_day, 'month')) }} < {{ last_day }} then 1 else 0 end
        as integer
    )
{%- endmacro %}
