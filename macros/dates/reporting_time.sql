{#- moment: SQL timestamp in UTC. Returns the day it falls on in var reporting_timezone. -#}
{% macro reporting_date(moment) -%}
    cast({{ shift_timezone(moment, 'UTC', var('reporting_timezone')) }} as date)
{%- endmacro %}

{#- day: SQL date. Returns the UTC timestamp at which the day begins in var reporting_timezone. -#}
{% macro start_of_reporting_date(day) -%}
    {{ shift_timezone("cast(" ~ day ~ " as timestamp)", var('reporting_timezone'), 'UTC') }}
{%- endmacro %}

{#- day: SQL date. Returns the UTC timestamp at which the day ends in var reporting_timezone. -#}
{% macro end_of_reporting_date(day) -%}
    {{ start_of_reporting_date(dbt.dateadd('day', 1, day)) }}
{%- endmacro %}

{#- moment: SQL timestamp without zone, read in from_zone. Returns the same instant as written in to_zone. -#}
{% macro shift_timezone(moment, from_zone, to_zone) -%}
    {%- if from_zone == to_zone -%}{{ return(moment) }}{%- endif -%}
    {{- return(adapter.dispatch('shift_timezone')(moment, from_zone, to_zone)) -}}
{%- endmacro %}

{% macro default__shift_timezone(moment, from_zone, to_zone) -%}
    ({{ moment }} at time zone '{{ from_zone }}' at time zone '{{ to_zone }}')
{%- endmacro %}

{#- day: SQL date or timestamp. Returns the first day of its month, as a date. -#}
{% macro month_of(day) -%}
    cast({{ dbt.date_trunc('month', day) }} as date)
{%- endmacro %}

{#- Adds months to the first day of a month. -#}
{% macro add_months(month, months) -%}
    cast({{ dbt.dateadd('month', months, month) }} as date)
{%- endmacro %}

{#- day: SQL date. Months since January 1970, so that months can be counted with. -#}
{% macro month_number(day) -%}
    cast({{ dbt.datediff("cast('1970-01-01' as date)", day, 'month') }} as integer)
{%- endmacro %}

{#- Whether the month that lies `months` after `month` is over at the end of `day`. -#}
{% macro end_of_month_reached(month, months, day) -%}
    {{ add_months(month, months ~ ' + 1') }} <= {{ dbt.dateadd('day', 1, day) }}
{%- endmacro %}

{#- month: the first day of a month. Returns its last. -#}
{% macro last_day_of(month) -%}
    cast({{ dbt.last_day(month, 'month') }} as date)
{%- endmacro %}

{#- Var as_of_date as an SQL date, null where it is unset. -#}
{% macro configured_as_of_date() -%}
    cast({{ string_literal(var('as_of_date')) if var('as_of_date') else 'null' }} as date)
{%- endmacro %}

{#- day: SQL date. Whether it is the last of a quarter. -#}
{% macro ends_quarter(day) -%}
    {{ dbt.date_trunc('quarter', dbt.dateadd('day', 1, day)) }} = {{ dbt.dateadd('day', 1, day) }}
{%- endmacro %}
