{% macro reporting_date(moment) -%}
    cast({{ shift_timezone(moment, 'UTC', var('reporting_timezone')) }} as date)
{%- endmacro %}

{% macro start_of_reporting_date(day) -%}
    {{ shift_timezone("cast(" ~ day ~ " as timestamp)", var('reporting_timezone'), 'UTC') }}
{%- endmacro %}

{% macro end_of_reporting_date(day) -%}
    {{ start_of_reporting_date(dbt.dateadd('day', 1, day)) }}
{%- endmacro %}

{% macro month_of(day) -%}
    cast({{ dbt.date_trunc('month', day) }} as date)
{%- endmacro %}

{% macro add_months(month, months) -%}
    cast({{ dbt.dateadd('month', months, month) }} as date)
{%- endmacro %}

{% macro month_number(day) -%}
    cast(12 * (extract(year from {{ day }}) - 1970) + extract(month from {{ day }}) - 1 as integer)
{%- endmacro %}

{% macro day_of_month(day) -%}
    cast(extract(day from {{ day }}) as {{ type_double() }})
{%- endmacro %}

{% macro months_between(first_day, last_day) -%}
    cast(
        12 * (extract(year from {{ last_day }}) - extract(year from {{ first_day }}))
        + extract(month from {{ last_day }}) - extract(month from {{ first_day }})
        as bigint
    )
{%- endmacro %}

{% macro end_of_month_reached(month, months, day) -%}
    {{ add_months(month, months ~ ' + 1') }} <= {{ dbt.dateadd('day', 1, day) }}
{%- endmacro %}

{% macro last_day_of(month) -%}
    cast({{ dbt.last_day(month, 'month') }} as date)
{%- endmacro %}

{% macro configured_as_of_date() -%}
    cast({{ string_literal(var('as_of_date')) if var('as_of_date') else 'null' }} as date)
{%- endmacro %}

{% macro ends_quarter(day) -%}
    {{ dbt.date_trunc('quarter', dbt.dateadd('day', 1, day)) }} = {{ dbt.dateadd('day', 1, day) }}
{%- endmacro %}
