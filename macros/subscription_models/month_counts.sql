{#- Months between two days, where a month ends on the same day of the next one, or on its last if it has no such day. -#}

{#- first_day, last_day: SQL dates. The months that are over on last_day. -#}
{% macro whole_months(first_day, last_day) -%}
    cast(
        {{ dbt.datediff(first_day, last_day, 'month') }}
        - case when {{ add_months(first_day, dbt.datediff(first_day, last_day, 'month')) }} > {{ last_day }} then 1 else 0 end
        as integer
    )
{%- endmacro %}

{#- As above. The months that have begun before last_day. -#}
{% macro begun_months(first_day, last_day) -%}
    cast(
        {{ dbt.datediff(first_day, last_day, 'month') }}
        + case when {{ add_months(first_day, dbt.datediff(first_day, last_day, 'month')) }} < {{ last_day }} then 1 else 0 end
        as integer
    )
{%- endmacro %}
