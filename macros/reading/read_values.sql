{#- Casts of landed values that never fail: what can't be read is null, and rejection_reason says so. -#}

{% macro read_number(column) -%}
    {%- set number -%}
    {%- if var('raw_decimal_mark') == ',' -%}
    {{ cast_or_null(decimal_comma_replaced(column), type_double()) }}
    {%- else -%}
    coalesce(
        {{ cast_or_null(column, type_double()) }},
        {{ cast_or_null(thousands_removed(column), type_double()) }}
    )
    {%- endif -%}
    {%- endset -%}
    case when {{ number }} between -1e12 and 1e12 then {{ number }} end
{%- endmacro %}


{% macro thousands_removed(column) -%}
    {%- set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    case
        when {{ matches(text, '[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+([.][0-9]*)?') }}
            then replace({{ text }}, ',', '')
    end
{%- endmacro %}


{% macro decimal_comma_replaced(column) -%}
    {%- set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    case
        when not {{ is_text(column) }} then {{ text }}
        when {{ matches(text, '[+-]?([1-9][0-9]{0,2}([.][0-9]{3})+|[0-9]*)(,[0-9]*)?([eE][+-]?[0-9]+)?') }}
            then replace(replace({{ text }}, '.', ''), ',', '.')
    end
{%- endmacro %}


{% macro read_money(column) -%}
    {{ to_money(read_number(column)) }}
{%- endmacro %}


{% macro read_timestamp(column) -%}
    {%- set parsed = parsed_timestamp(column, var('raw_timestamp_formats')) -%}
    {%- set moment -%}
    {%- if var('reporting_timezone') == 'UTC' -%}
    {{ parsed }}
    {%- else -%}
    case when length(cast({{ column }} as {{ dbt.type_string() }})) <= 10 then {{ start_of_reporting_date(parsed) }} else {{ parsed }} end
    {%- endif -%}
    {%- endset -%}
    case when {{ moment }} between timestamp '1900-01-01' and timestamp '9999-12-31 23:59:59' then {{ moment }} end
{%- endmacro %}


{% macro read_date(column) -%}
    {{ reporting_date(read_timestamp(column)) }}
{%- endmacro %}


{#- The moment that a count since 1970 names; unit: unix_seconds, unix_milliseconds or unix_microseconds. -#}
{% macro read_unix_time(column, unit) -%}
    {%- set number = cast_or_null(column, type_double()) -%}
    {%- set seconds = number ~ ' / ' ~ {'unix_seconds': '1e0', 'unix_milliseconds': '1e3', 'unix_microseconds': '1e6'}[unit] -%}
    case
        when {{ seconds }} between -2.2e9 and 2.5e11
            then {{ dbt.dateadd('second', 'cast(floor(' ~ seconds ~ ') as bigint)', "timestamp '1970-01-01 00:00:00'") }}
    end
{%- endmacro %}
