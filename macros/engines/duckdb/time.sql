{#- What DuckDB doesn't read is written as it does: capitals, a point before fractions, colons in the time, nothing before an offset.
    An offset of 25 hours or 99 minutes it would take, and 03/06/24 for a day of the year 3. -#}
{% macro duckdb__parsed_iso_timestamp(value) %}
    {% set text = 'cast(' ~ value ~ ' as varchar)' %}
    {% set rewritten = duckdb_replaced('replace(upper(' ~ text ~ "), ',', '.')", [
        ('^([0-9]{4})([0-9]{2})([0-9]{2})T', '\\1-\\2-\\3T'),
        ('^([0-9-]+T[0-9]{2})([0-9]{2})', '\\1:\\2'),
        ('^([0-9-]+T[0-9]{2}:[0-9]{2})([0-9]{2})', '\\1:\\2'),
        ('^([0-9-]+T[0-9]{2})(Z|[+-].*|)$', '\\1:00\\2'),
        ('([0-9]) +(Z|[+-][0-9]{2}(:?[0-9]{2})?)$', '\\1\\2'),
    ]) %}
    {{ return(
        'case when ' ~ "regexp_matches(" ~ text ~ ", '^ *[0-9]{4}')" ~ ' and not ' ~ duckdb_has_impossible_offset(text) ~ ' then coalesce('
        ~ 'try_cast(' ~ value ~ " as timestamptz) at time zone 'UTC', try_cast(" ~ rewritten ~ " as timestamptz) at time zone 'UTC') end"
    ) }}
{% endmacro %}

{% macro duckdb__parsed_timestamp(text, format) %}
    {% if format in duckdb_unix_units() %}
        {% set unit = duckdb_unix_units()[format] %}
        {% set seconds = 'cast((cast(' ~ text ~ ' as numeric(18, 11)) - 25569) * 86400 as bigint)' %}
        {{ return(
            'case when regexp_full_match(' ~ text ~ ', ' ~ string_literal(unit.pattern) ~ ') then make_timestamp('
            ~ (seconds ~ ' * 1000000' if unit.is_days else 'cast(cast(' ~ text ~ ' as numeric(28, 6)) * ' ~ unit.microseconds ~ ' as bigint)') ~ ') end'
        ) }}
    {% endif %}
    {#- it reads the words infinity and epoch, in any format -#}
    {% set parsed = 'case when regexp_matches(' ~ text ~ ", '[0-9]') then try_strptime(" ~ text ~ ', ' ~ string_literal(format) ~ ') end' %}
    {% if modules.re.search('%[-]?[zZ]', format) %}
        {% set parsed = 'case when not ' ~ duckdb_has_impossible_offset(text) ~ ' then (' ~ parsed ~ ") end at time zone 'UTC'" %}
    {% endif %}
    {{ return('(' ~ parsed ~ ')') }}
{% endmacro %}

{#- so many digits that the one is never taken for the other, nor a day like 20240131 for any: moments from 1973 on, days of a
    spreadsheet (25569 is 1970-01-01) from 1954 to 2119 -#}
{% macro duckdb_unix_units() %}
    {{ return({
        'unix_seconds': {'pattern': '[0-9]{9,10}([.][0-9]{1,6})?', 'microseconds': 1000000},
        'unix_milliseconds': {'pattern': '[0-9]{12,13}([.][0-9]{1,3})?', 'microseconds': 1000},
        'spreadsheet_days': {'pattern': '[2-7][0-9]{4}([.][0-9]+)?', 'is_days': true},
    }) }}
{% endmacro %}

{% macro duckdb_has_impossible_offset(text) %}
    {{ return('regexp_matches(' ~ text ~ ", ':[0-9.,]+ *[+-]([2-9][0-9]|1[5-9]|[0-9]{2}:?[6-9][0-9])')") }}
{% endmacro %}

{#- letters alone would be taken for themselves -#}
{% macro duckdb__is_timestamp_format(text) %}
    {{ return(text in duckdb_unix_units() or modules.re.search('%[-]?[a-zA-Z]', text) is not none) }}
{% endmacro %}

{% macro duckdb__has_time_of_day(format) %}
    {{ return(format in duckdb_unix_units() or modules.re.search('%[-]?[HIMScsTXrRfgnpZz]', format) is not none) }}
{% endmacro %}

{% macro duckdb__is_known_timezone(name) %}
    {% if name == 'UTC' %}{{ return(true) }}{% endif %}
    {{ return(run_query('select count(*) from pg_timezone_names() where name = ' ~ string_literal(name)).rows[0][0] > 0) }}
{% endmacro %}

{% macro duckdb__shift_timezone(moment, from_zone, to_zone) %}
    {{ return('(' ~ moment ~ " at time zone '" ~ from_zone ~ "' at time zone '" ~ to_zone ~ "')") }}
{% endmacro %}
