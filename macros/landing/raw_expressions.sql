{#- Expressions over raw columns. {Name} stands for the column's value: a number in the expression of a number, its text elsewhere, unless what
    stands beside it says otherwise; {Name:kind} says it, and {Name?} may be absent. A * in a name stands for any characters. -#}

{% macro raw_kinds() %}
    {{ return(['text', 'number', 'timestamp', 'unix_seconds', 'unix_milliseconds', 'unix_microseconds', 'name']) }}
{% endmacro %}


{#- body: what stands within the braces. columns: the names that there are. -#}
{% macro parse_raw_name(body, columns) %}
    {% set whole = body.strip() %}
    {% set parts = modules.re.fullmatch('(?s)(.+?)([?]?)(?:[:](' ~ raw_kinds() | join('|') ~ '))?([?]?)', whole) %}
    {% if find_column(whole, columns) or not parts %}
        {{ return({'name': whole, 'kind': none, 'is_optional': false}) }}
    {% elif find_column(parts[1] ~ parts[2], columns) %}
        {{ return({'name': parts[1] ~ parts[2], 'kind': parts[3], 'is_optional': false}) }}
    {% endif %}
    {{ return({'name': parts[1].strip(), 'kind': parts[3], 'is_optional': parts[2] == '?' or parts[4] == '?'}) }}
{% endmacro %}


{#- The first of the columns that has the name, in any case. -#}
{% macro find_column(name, columns) %}
    {% set pattern = modules.re.escape(name | string | lower).replace('\\*', '.*') %}
    {% for column in columns if column | lower == name | string | lower or ('*' in name | string and modules.re.fullmatch(pattern, column | lower)) %}
        {{ return(column) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}


{#- The raw columns that a mapping names: a name, an expression, or none. -#}
{% macro raw_names_of(mapped, columns) %}
    {% set names = [] %}
    {% if mapped is mapping %}
        {% for found in modules.re.finditer('[{]([^{}]+)[}]', mapped.sql | string) %}{% do names.append(parse_raw_name(found[1], columns)) %}{% endfor %}
    {% elif mapped is not none %}
        {% do names.append(parse_raw_name(mapped | string, columns)) %}
    {% endif %}
    {{ return(names) }}
{% endmacro %}


{#- What kind of value stands in an expression between two texts, where it does not say: compared with a text it is one, and so it is in lower(). -#}
{% macro kind_between(before, after, kind) %}
    {% set compared = '(=|<>|!=|<=|>=|<|>|(not\\s+)?i?like|(not\\s+)?in\\s*[(])' %}
    {% if modules.re.match("(?i)\\s*" ~ compared ~ "\\s*'", after) or modules.re.search("(?i)'\\s*(=|<>|!=|<=|>=|<|>)\\s*$", before)
        or modules.re.search('(?i)(lower|upper|trim)[(]\\s*$', before) or modules.re.match('\\s*[|][|]', after) or modules.re.search('[|][|]\\s*$', before) %}
        {{ return('text') }}
    {% elif modules.re.match('(?i)\\s*([-+*/%]|' ~ compared ~ '\\s*[-+.]?[0-9])', after) or modules.re.search('([-+*/%]|[0-9]\\s*(=|<>|!=|<=|>=|<|>))\\s*$', before) %}
        {{ return('number') }}
    {% endif %}
    {{ return(kind) }}
{% endmacro %}


{#- Returns the SQL of an expression with the names of readings in place of its braces, and adds to readings what is to be read:
    {key: {raw, read, kind, name, type}}. used: gets the readings of this expression. columns: {name in lower case: [name, type]}. -#}
{% macro with_readings(sql, columns, kind, readings, used, is_id=false) %}
    {% set names = columns.values() | map(attribute=0) | list %}
    {% set pieces = [] %}
    {% set state = {'end': 0} %}
    {% for found in modules.re.finditer('[{]([^{}]+)[}]', sql) %}
        {% do pieces.append(sql[state.end:found.start()]) %}
        {% do state.update({'end': found.end()}) %}
        {% set wanted = parse_raw_name(found[1], names) %}
        {% set column = columns.get((find_column(wanted.name, names) or '') | lower) %}
        {% set as_kind = wanted.kind or kind_between(sql[:found.start()], sql[found.end():], kind) %}
        {% if not column %}
            {% do pieces.append('cast(null as ' ~ raw_kind_type(as_kind) ~ ')') %}
        {% elif as_kind == 'name' %}
            {% do pieces.append(string_literal(column[0])) %}
        {% else %}
            {% set reading = reading_of(column, as_kind, readings, is_id) %}
            {% do used.append(reading) %}
            {% do pieces.append(reading.read) %}
        {% endif %}
    {% endfor %}
    {{ return((pieces + [sql[state.end:]]) | join) }}
{% endmacro %}


{#- column: [name, type]. -#}
{% macro reading_of(column, kind, readings, is_id=false) %}
    {% set is_id_text = is_id and kind == 'text' %}
    {{ return(readings.setdefault(('id ' if is_id_text else kind ~ ' ') ~ column[0] | lower, {
        'raw': 'clv_raw_' ~ readings | length, 'read': ('clv_raw_' if kind == 'text' else 'clv_read_') ~ readings | length,
        'kind': kind, 'name': column[0], 'type': column[1], 'is_id': is_id_text,
    })) }}
{% endmacro %}


{% macro raw_kind_type(kind) %}
    {{ return(type_double() if kind == 'number' else dbt.type_string() if kind in ['text', 'name'] else 'timestamp') }}
{% endmacro %}


{% macro read_raw_kind(value, kind) %}
    {% if kind == 'number' %}{{ return(read_number(value, is_money=true)) }}{% endif %}
    {% if kind == 'timestamp' %}{{ return(read_timestamp(value)) }}{% endif %}
    {% if kind.startswith('unix_') %}{{ return(read_unix_time(value, kind)) }}{% endif %}
    {{ return(value) }}
{% endmacro %}


{#- The landed text of an expression. A number or moment within it that can't be read is landed as it is, so that its row is rejected. -#}
{% macro landed_expression(sql, columns, data_type, readings, is_id=false) %}
    {% set used = [] %}
    {% set expression = '(' ~ with_readings(sql, columns, 'number' if data_type == 'number' else 'text', readings, used, is_id) ~ ')' %}
    {% set text = 'cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')' %}
    {% if data_type == 'number' and var('raw_decimal_mark') == ',' %}
        {% set text = 'case when ' ~ is_text(expression) ~ ' then ' ~ text ~ ' else replace(' ~ text ~ ", '.', ',') end" %}
    {% endif %}
    {% set unreadable = [] %}
    {% for reading in used if reading.kind != 'text' and data_type != 'text' %}
        {% do unreadable.append(
            ' when ' ~ reading.raw ~ ' is not null and ' ~ reading.read ~ ' is null then cast(' ~ reading.raw ~ ' as ' ~ dbt.type_string() ~ ')'
        ) %}
    {% endfor %}
    {% set landed = 'case' ~ unreadable | unique | join ~ ' else ' ~ text ~ ' end' if unreadable else text %}
    {{ return("nullif(trim(" ~ landed ~ "), '')") }}
{% endmacro %}


{#- The rows of origin with the readings beside their columns. whole_numbers: finding.whole_numbers. -#}
{% macro with_raw_readings(origin, readings, is_mixed, whole_numbers) %}
    {% if not readings %}{{ return(origin) }}{% endif %}
    {% set raw = [] %}
    {% set read = [] %}
    {% for reading in readings.values() %}
        {% set data_type = {'text': 'text', 'timestamp': 'timestamp'}.get(reading.kind, 'number') %}
        {% set value = landing_column(reading.name, reading.type, data_type, is_mixed) %}
        {% do raw.append((with_whole_numbers(value, reading.name, whole_numbers) if reading.is_id else value) ~ ' as ' ~ reading.raw) %}
        {% do read.append(read_raw_kind(reading.raw, reading.kind) ~ ' as ' ~ reading.read) if reading.kind != 'text' %}
    {% endfor %}
    {% set rows = '(select *, ' ~ raw | join(', ') ~ ' from ' ~ origin ~ ') as raw_rows' %}
    {{ return('(select *, ' ~ read | join(', ') ~ ' from ' ~ rows ~ ') as read_rows' if read else rows) }}
{% endmacro %}


{#- Has the warehouse read each expression of a finding over no rows, so that it refuses here what it can't read. The line that is logged
    before says to `clv check` which one it was. -#}
{% macro try_raw_expressions(finding) %}
    {% if finding.problems or not execute %}{{ return(none) }}{% endif %}
    {% for column in finding.contract if finding.mapping.get(column.name, {}).get('sql') %}
        {% set sql = finding.mapping[column.name].sql %}
        {% do log_trial('var raw_columns: ' ~ finding.name ~ '.' ~ column.name, sql) %}
        {% do try_raw_select(dict(finding, contract=[column], condition=none, filters=[]), sql) %}
    {% endfor %}
    {% if finding.condition %}
        {% do log_trial('var raw_where: ' ~ finding.name, finding.condition) %}
        {% do try_raw_select(dict(finding, contract=[], filters=[]), finding.condition) %}
    {% endif %}
{% endmacro %}


{% macro log_trial(what, sql) %}
    {% do log('raw_trial ' ~ tojson({'what': what, 'sql': sql}), info=flags.WHICH == 'run-operation') %}
{% endmacro %}


{% macro log_tried() %}{% do log('raw_tried', info=flags.WHICH == 'run-operation') %}{% endmacro %}


{% macro try_raw_select(finding, sql) %}
    {% set types = {} %}
    {% for wanted in raw_names_of({'sql': sql}, finding.column_types) %}
        {% set found = find_column(wanted.name, finding.column_types) %}
        {% do types.update({found: finding.column_types[found]}) if found %}
    {% endfor %}
    {% do run_query(
        'select * from (' ~ landing_select(finding, types, no_raw_rows(types), string_literal(''), 'cast(0 as bigint)') ~ ') as tried where 1 = 0'
    ) %}
    {% do log_tried() %}
{% endmacro %}


{% macro no_raw_rows(types) %}
    {% set columns = ['cast(null as bigint) as landed_row'] %}
    {% for name, type in types.items() %}
        {% do columns.append('cast(null as ' ~ (dbt.type_string() if type == 'TEXT' else type) ~ ') as ' ~ adapter.quote(name.replace('"', '""'))) %}
    {% endfor %}
    {{ return('(select ' ~ columns | join(', ') ~ ' where 1 = 0) as no_rows') }}
{% endmacro %}
