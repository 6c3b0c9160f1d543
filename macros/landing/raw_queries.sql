{#- A source that is a query over raw files and tables. {name: column, column} stands for one of them, with these of its columns, and
    delivered_in and delivered_row beside them; {name} for all of its columns. {name?: …} may be absent, and is then empty. A column is
    written `Raw name`, `Raw name:kind` or `Raw name:kind as name`; without a kind it is text. -#}

{#- aliases: var raw_names. -#}
{% macro inspect_raw_query(finding, query, aliases) %}
    {% set pieces = [] %}
    {% set state = {'end': 0, 'is_absent': false} %}
    {% for found in modules.re.finditer('[{]([^{}:]+)(?:[:]([^{}]*))?[}]', query) %}
        {% set name = found[1].strip() %}
        {% set input = new_finding(finding.source, finding.name) %}
        {% do input.update({'is_input': true, 'table': finding.table ~ '__' ~ modules.re.sub('[^a-z0-9]+', '_', name | lower), 'skip_lines': finding.skip_lines}) %}
        {% do find_raw_data(input, name, aliases) %}
        {% do name_columns([input]) %}
        {% do name_input_columns(input, found[2]) %}
        {% do state.update({'is_absent': true}) if loop.first and not input.files and not input.relations %}
        {% do pieces.append(query[state.end:found.start()]) %}
        {% do pieces.append(finding.inputs | length) %}
        {% do state.update({'end': found.end()}) %}
        {% do finding.inputs.append(input) %}
        {% do finding.problems.extend(input.problems) %}
    {% endfor %}
    {% if not finding.inputs %}
        {% do finding.problems.append("var raw_queries: " ~ finding.name ~ " names no raw file or table: write it in braces, as in select * from {orders_export}.") %}
    {% elif state.is_absent %}
        {% do finding.inputs.clear() %}
    {% elif not finding.problems %}
        {% do finding.update({'query': pieces + [query[state.end:]]}) %}
        {% do log_trial('var raw_queries: ' ~ finding.name, query) %}
        {% set selects = [] %}
        {% for input in finding.inputs %}
            {% do selects.append([landing_select(input, input.column_types, no_raw_rows(input.column_types), string_literal(''), 'cast(0 as bigint)')]) %}
        {% endfor %}
        {% for column in adapter.get_column_schema_from_query(raw_query(finding, selects)) %}
            {% do finding.column_types.update({column.name: column.data_type | upper}) %}
        {% endfor %}
        {% do log_tried() %}
    {% endif %}
{% endmacro %}


{% macro name_input_columns(input, listed) %}
    {% set is_absent = not input.files and not input.relations %}
    {% set wanted = [] %}
    {% if listed is none and is_absent and not input.problems %}
        {% do input.problems.append(
            "the query of " ~ input.name ~ " reads a file that may be absent without naming its columns: write {NAME?: COLUMN, COLUMN}."
        ) %}
    {% endif %}
    {% for text in (listed or '').split(',') if text.strip() %}
        {% set parts = modules.re.fullmatch('(?is)(.+?)(?:\\s+as\\s+(\\w+))?', text.strip()) %}
        {% set column = parse_raw_name(parts[1], input.column_types) %}
        {% do wanted.append(dict(column, alias=parts[2] or column.name)) %}
    {% endfor %}
    {% if listed is none %}
        {% for name in input.column_types %}{% do wanted.append({'name': name, 'kind': none, 'is_optional': true, 'alias': name}) %}{% endfor %}
    {% endif %}
    {% set used = {} %}
    {% for column in wanted %}
        {% set found = find_column(column.name, input.column_types) %}
        {% for carrier in raw_carriers(input) if not column.is_optional and not find_column(column.name, carrier.columns) %}
            {% do input.problems.append(
                carrier.delivered_in ~ " has no column '" ~ column.name ~ "', which the query of " ~ input.name ~ " reads. Columns found: " ~ carrier.columns | join(', ') ~ "."
            ) %}
        {% endfor %}
        {% do input.contract.append({'name': column.alias, 'data_type': column.kind or 'text'}) %}
        {% do input.mapping.update({column.alias: {'column': found}}) if found %}
        {% do used.update({found: input.column_types[found]}) if found %}
    {% endfor %}
    {% do input.update({'column_types': used}) %}
{% endmacro %}


{#- selects: for each input the queries of its rows. -#}
{% macro raw_query(finding, selects) %}
    {% set pieces = [] %}
    {% for piece in finding.query %}
        {% do pieces.append(piece if piece is string else '(' ~ selects[piece] | join(' union all ') ~ ')') %}
    {% endfor %}
    {{ return(pieces | join) }}
{% endmacro %}


{% macro land_raw_query(finding) %}
    {% set selects = [] %}
    {% for input in finding.inputs %}{% do selects.append(land_raw_rows(input, input.is_mixed) or [empty_select(input)]) %}{% endfor %}
    {{ return(queried_select(finding, selects)) }}
{% endmacro %}


{% macro queried_select(finding, selects) %}
    {% set types = {} %}
    {% for name, type in finding.column_types.items() if name not in ['delivered_in', 'delivered_row'] %}{% do types.update({name: type}) %}{% endfor %}
    {% set quoted = [] %}
    {% for name in types %}{% do quoted.append(adapter.quote(name.replace('"', '""'))) %}{% endfor %}
    {{ return(landing_select(
        finding, types, '(' ~ raw_query(finding, selects) ~ ') as queried',
        'delivered_in' if 'delivered_in' in finding.column_types else string_literal(query_delivery(finding)),
        'delivered_row' if 'delivered_row' in finding.column_types else 'row_number() over (order by ' ~ quoted | join(', ') ~ ')'
    )) }}
{% endmacro %}


{% macro query_delivery(finding) %}{{ return('query of ' ~ finding.name) }}{% endmacro %}
