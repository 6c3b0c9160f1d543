{% macro postgres__parsed_iso_timestamp(value) %}{{ return(landing_schema() ~ '.iso_timestamp_or_null(cast(' ~ value ~ ' as text))') }}{% endmacro %}

{#- A format becomes a pattern, and the letters of what its groups hold. -#}
{% macro postgres__parsed_timestamp(text, format) %}
    {% if format in postgres_unix_units() %}
        {% set unit = postgres_unix_units()[format] %}
        {% set number = 'cast(' ~ text ~ ' as numeric)' %}
        {% set microseconds = 'trunc((' ~ number ~ ' - 25569) * 86400) * 1000000' if unit.is_days else number ~ ' * ' ~ unit.microseconds %}
        {{ return(
            'case when ' ~ matches(text, unit.pattern) ~ " then timestamp '1970-01-01' + cast(" ~ microseconds
            ~ " as double precision) * interval '1 microsecond' end"
        ) }}
    {% endif %}
    {% set pieces, letters, state = [], [], {'end': 0} %}
    {% set whole = format.replace('%T', '%H:%M:%S').replace('%F', '%Y-%m-%d').replace('%R', '%H:%M') %}
    {% for found in modules.re.finditer('%-?([a-zA-Z%])', whole) %}
        {% do pieces.append(postgres_escaped(whole[state.end:found.start()])) %}
        {% do state.update({'end': found.end()}) %}
        {% do pieces.append(postgres_format_letters().get(found[1], '%')) %}
        {% do letters.append(found[1]) if found[1] != '%' %}
    {% endfor %}
    {% do pieces.append(postgres_escaped(whole[state.end:])) %}
    {{ return(
        landing_schema() ~ '.formatted_timestamp_or_null(' ~ text ~ ', ' ~ string_literal('^\\s*' ~ pieces | join ~ '\\s*$') ~ ', '
        ~ string_literal(letters | join) ~ ')'
    ) }}
{% endmacro %}

{% macro postgres_escaped(text) %}{{ return(modules.re.sub('\\s+', '\\\\s+', modules.re.sub('([][.*+?(){}^$|\\\\])', '\\\\\\1', text))) }}{% endmacro %}

{% macro postgres_format_letters() %}
    {{ return({
        'Y': '([0-9]{4})', 'y': '([0-9]{2})', 'm': '([0-9]{1,2})', 'd': '([0-9]{1,2})', 'H': '([0-9]{1,2})', 'I': '([0-9]{1,2})', 'M': '([0-9]{1,2})',
        'S': '([0-9]{1,2})', 'f': '([0-9]{1,6})', 'p': '([AaPp][Mm])', 'b': '([[:alpha:]]{3})', 'B': '([[:alpha:]]+)',
        'z': '([+-][0-9]{2}(?::?[0-9]{2})?|Z)',
    }) }}
{% endmacro %}

{#- so many digits that the one is never taken for the other, nor a day like 20240131 for any -#}
{% macro postgres_unix_units() %}
    {{ return({
        'unix_seconds': {'pattern': '[0-9]{9,10}([.][0-9]{1,6})?', 'microseconds': 1000000},
        'unix_milliseconds': {'pattern': '[0-9]{12,13}([.][0-9]{1,3})?', 'microseconds': 1000},
        'spreadsheet_days': {'pattern': '[2-7][0-9]{4}([.][0-9]+)?', 'is_days': true},
    }) }}
{% endmacro %}

{% macro postgres__is_timestamp_format(text) %}
    {% set letters = modules.re.findall('%-?([a-zA-Z])', text) %}
    {{ return(
        text in postgres_unix_units()
        or (letters | length > 0 and letters | reject('in', (postgres_format_letters() | list) + ['T', 'F', 'R']) | list | length == 0)
    ) }}
{% endmacro %}

{% macro postgres__has_time_of_day(format) %}
    {{ return(format in postgres_unix_units() or modules.re.search('%[-]?[HIMSTRpfz]', format) is not none) }}
{% endmacro %}

{% macro postgres__is_known_timezone(name) %}
    {% if name == 'UTC' %}{{ return(true) }}{% endif %}
    {{ return(run_query('select count(*) from pg_timezone_names where name = ' ~ string_literal(name)).rows[0][0] > 0) }}
{% endmacro %}

{% macro postgres__shift_timezone(moment, from_zone, to_zone) %}
    {{ return('(' ~ moment ~ " at time zone '" ~ from_zone ~ "' at time zone '" ~ to_zone ~ "')") }}
{% endmacro %}
