{#- Casts of landed values that never fail: what can't be read is null, and rejection_reason says so. -#}

{#- column: a landed number or text. Returns double precision SQL; null for text that is no number, NaN, infinity and
    beyond ±1e12. A thousands separator is read ("1,234.50"). Which of comma and point is the decimal mark is not guessed: var
    raw_decimal_mark tells ("1.234,50" where it is the comma); numbers that are no text have none. -#}
{% macro read_number(column) -%}
    {%- set number -%}
    {%- if var('raw_decimal_mark') == ',' -%}
    {{ dbt.safe_cast(decimal_comma_replaced(column), 'double precision') }}
    {%- else -%}
    coalesce(
        {{ dbt.safe_cast(column, 'double precision') }},
        {{ dbt.safe_cast(thousands_removed(column), 'double precision') }}
    )
    {%- endif -%}
    {%- endset -%}
    case when {{ number }} between -1e12 and 1e12 then {{ number }} end
{%- endmacro %}


{% macro thousands_removed(column) -%}{{ return(adapter.dispatch('thousands_removed')(column)) }}{%- endmacro %}

{% macro duckdb__thousands_removed(column) -%}
    case
        when regexp_full_match(cast({{ column }} as varchar), '[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+([.][0-9]*)?')
            then replace(cast({{ column }} as varchar), ',', '')
    end
{%- endmacro %}


{% macro decimal_comma_replaced(column) -%}{{ return(adapter.dispatch('decimal_comma_replaced')(column)) }}{%- endmacro %}

{% macro duckdb__decimal_comma_replaced(column) -%}
    case
        when typeof({{ column }}) <> 'VARCHAR' then cast({{ column }} as varchar)
        when regexp_full_match(cast({{ column }} as varchar), '[+-]?([1-9][0-9]{0,2}([.][0-9]{3})+|[0-9]*)(,[0-9]*)?([eE][+-]?[0-9]+)?')
            then replace(replace(cast({{ column }} as varchar), '.', ''), ',', '.')
    end
{%- endmacro %}


{#- column: a landed number or text. Returns SQL of type_money(), 4 decimals. -#}
{% macro read_money(column) -%}
    cast({{ read_number(column) }} as {{ type_money() }})
{%- endmacro %}


{#- column: a landed timestamp, date or text (ISO 8601, its offset honoured, else UTC; or one of var raw_timestamp_formats).
    A value without a time of day is a day of var reporting_timezone and stands for its beginning there.
    Returns an SQL timestamp in UTC; null for what is no moment between 1900 and 9999. -#}
{% macro read_timestamp(column) -%}{{ return(adapter.dispatch('read_timestamp')(column)) }}{%- endmacro %}

{% macro duckdb__read_timestamp(column) -%}
    {%- set formats = [] -%}
    {%- for format in var('raw_timestamp_formats') -%}{%- do formats.append(string_literal(format)) -%}{%- endfor -%}
    {%- set moment -%}
    coalesce(
        try_cast({{ column }} as timestamptz) at time zone 'UTC',
        try_strptime(cast({{ column }} as varchar), [{{ formats | join(', ') }}])
    )
    {%- endset -%}
    {%- if var('reporting_timezone') != 'UTC' -%}
    {%- set moment -%}
    case when length(cast({{ column }} as varchar)) <= 10 then {{ start_of_reporting_date(moment) }} else {{ moment }} end
    {%- endset -%}
    {%- endif -%}
    case when {{ moment }} between timestamp '1900-01-01' and timestamp '9999-12-31 23:59:59' then {{ moment }} end
{%- endmacro %}


{% macro read_date(column) -%}
    {{ reporting_date(read_timestamp(column)) }}
{%- endmacro %}
