{#- Casts of landed values that never fail: what can't be read is null, and rejection_reason says so. -#}

{% macro read_number(column, is_money=false) -%}
    {%- set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- set number -%}
    coalesce({{ number_as_written(column) }}, {{ number_of_text(plain_number(text, is_money)) }})
    {%- endset -%}
    case when {{ number }} between -1e15 and 1e15 then {{ number }} end
{%- endmacro %}


{#- An engine may read 1_000, which nobody writes into a file of numbers. -#}
{% macro number_as_written(column) -%}
    {%- set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- if var('raw_decimal_mark') == ',' -%}
    {{ cast_or_null('case when not ' ~ is_text(column) ~ ' then ' ~ text ~ ' else ' ~ decimal_comma_replaced(text) ~ ' end', type_double()) }}
    {%- else -%}
    coalesce(
        {{ cast_or_null('case when not ' ~ is_text(column) ~ ' or ' ~ matches(text, '[^_]*') ~ ' then ' ~ column ~ ' end', type_double()) }},
        {{ cast_or_null(thousands_removed(text, thousands()), type_double()) }}
    )
    {%- endif -%}
{%- endmacro %}


{#- The text may be a long expression, and stands here as seldom as can be. -#}
{% macro number_of_text(text) -%}
    {%- if var('raw_decimal_mark') == ',' -%}
    {{ cast_or_null(decimal_comma_replaced(text), type_double()) }}
    {%- else -%}
    {{ cast_or_null(thousands_removed(text, '[^_,]*|' ~ thousands()), type_double()) }}
    {%- endif -%}
{%- endmacro %}


{% macro thousands() %}{{ return('[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+([.][0-9]*)?') }}{% endmacro %}


{% macro thousands_removed(text, pattern) -%}
    case when {{ matches(text, pattern) }} then replace({{ text }}, ',', '') end
{%- endmacro %}


{% macro decimal_comma_replaced(text) -%}
    case
        when {{ matches(text, '[+-]?([1-9][0-9]{0,2}([.][0-9]{3})+|[0-9]*)(,[0-9]*)?([eE][+-]?[0-9]+)?') }}
            then replace(replace({{ text }}, '.', ''), ',', '.')
    end
{%- endmacro %}


{#- Finer than money, which it becomes at the exchange rate of its day: 0.00004 of a currency may be worth more than nothing. -#}
{% macro read_money(column) -%}
    {{ exactly_as_written(read_number(column, is_money=true)) }}
{%- endmacro %}


{% macro read_timestamp(column) -%}
    {%- set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- set iso = parsed_iso_timestamp(column) -%}
    {%- set readings = ['case when length(' ~ text ~ ') <= 10 then ' ~ start_of_reporting_date(iso) ~ ' else ' ~ iso ~ ' end'] -%}
    {%- for format in var('raw_timestamp_formats') -%}
        {%- set parsed = parsed_timestamp(text, format) -%}
        {%- do readings.append(parsed if has_time_of_day(format) else start_of_reporting_date(parsed)) -%}
    {%- endfor -%}
    {%- set moment = 'coalesce(' ~ readings | join(', ') ~ ')' -%}
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
