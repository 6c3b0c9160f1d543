{% macro land_raw_sources() %}
    {% if execute and flags.WHICH in ['build', 'run'] and builds_own_models() %}
        {% do check_vars() %}
        {% do begin_transaction() %}
        {% do run_query('create schema if not exists ' ~ landing_schema()) %}
        {% do prepare_engine() %}
        {% do adapter.commit() %}
        {% set findings = inspect_raw_sources() %}
        {% set problems = findings | map(attribute='problems') | sum(start=[]) %}
        {% if problems %}
            {{ exceptions.raise_compiler_error(problems | unique | join('\n')) }}
        {% endif %}
        {% do begin_transaction() %}
        {% do begin_build(findings) %}
        {% for source_name, parts in by_source(findings).items() %}
            {% do land_raw_source(source_name, parts) %}
        {% endfor %}
        {% do adapter.commit() %}
    {% endif %}
{% endmacro %}


{% macro land_raw_source(source_name, parts) %}
    {% set tables = [] %}
    {% for finding in parts + parts | map(attribute='inputs') | sum(start=[]) if 'csv' in finding.files | map(attribute='format') %}
        {% do tables.append(finding.table) %}
    {% endfor %}
    {% do forget_csv(source_name, tables) %}
    {% set kinds = {'count': 0} %}
    {% for finding in parts %}
        {% do kinds.update({'count': kinds.count + (1 if finding.query else raw_groups(finding) | length)}) %}
    {% endfor %}
    {% set selects = [] %}
    {% for finding in parts %}
        {% if finding.query %}
            {% for input in finding.inputs %}{% do input.update({'is_mixed': raw_groups(input) | length > 1}) %}{% endfor %}
            {% do finding.update({'is_mixed': kinds.count > 1}) %}
            {% do selects.append(land_raw_query(finding)) %}
        {% else %}
            {% do selects.extend(land_raw_rows(finding, kinds.count > 1)) %}
        {% endif %}
    {% endfor %}
    {% set rows = (selects or [empty_select(parts[0])]) | join(' union all ') %}
    {% if selects and has_forgotten() %}
        {% set columns = parts[0].contract | map(attribute='name') | list %}
        {% do note_forgotten_orders(rows, columns) if source_name in ['orders', 'order_items'] %}
        {% do count_forgotten_rows(source_name, rows, columns) %}
        {% set rows = 'select * from (' ~ rows ~ ') as delivered where not (' ~ is_forgotten(columns) ~ ')' %}
    {% endif %}
    {% do make_view(landing_schema() ~ '.' ~ source_name, rows) %}
    {% do list_filtered_orders(parts | map(attribute='filters') | sum(start=[])) if source_name == 'orders' %}
    {% do count_filtered_rows(source_name, parts | map(attribute='filters') | sum(start=[])) %}
{% endmacro %}


{#- What is read together: all CSV files, Parquet files of the same columns and types, and each table. -#}
{% macro raw_groups(finding) %}
    {% set groups = {} %}
    {% for file in finding.files %}
        {% do groups.setdefault('csv' if file.format == 'csv' else tojson(file.types, sort_keys=true), []).append(file) %}
    {% endfor %}
    {% for relation in finding.relations %}{% do groups.update({relation | string: relation}) %}{% endfor %}
    {{ return(groups) }}
{% endmacro %}


{#- Returns the queries of a finding's rows, one for each of its groups. -#}
{% macro land_raw_rows(finding, is_mixed) %}
    {% do finding.update({'is_mixed': is_mixed}) %}
    {% set csv_files = finding.files | selectattr('format', 'equalto', 'csv') | list %}
    {% set parquet_groups = [] %}
    {% for group in raw_groups(finding).values() if group is sequence and group[0].format == 'parquet' %}{% do parquet_groups.append(group) %}{% endfor %}
    {% set selects = land_parquet(finding, parquet_groups) if parquet_groups else [] %}
    {% if csv_files %}
        {% do selects.append(land_csv(finding, csv_files)) %}
    {% endif %}
    {% for relation in finding.relations %}
        {% do selects.append(landing_select(
            finding, finding.column_types, relation, table_delivered_in(finding, relation),
            'cast(delivered_row as bigint)' if 'delivered_row' in finding.places[relation | string] else place_in_table()
        )) %}
    {% endfor %}
    {{ return(selects) }}
{% endmacro %}


{#- A raw table may say of each row by which delivery it came, and when. -#}
{% macro table_delivered_in(finding, relation) %}
    {% set name = string_literal(relation.schema ~ '.' ~ relation.identifier) %}
    {{ return(
        'coalesce(cast(delivered_in as ' ~ dbt.type_string() ~ '), ' ~ name ~ ')' if 'delivered_in' in finding.places[relation | string] else name
    ) }}
{% endmacro %}


{#- A delivery is the one it was while its rows are as many, and came when they did. -#}
{% macro table_versions(finding, relation) %}
    {% set has_moment = 'delivered_at' in finding.places[relation | string] %}
    {% set moment = 'cast(max(delivered_at) as timestamp)' if has_moment else 'cast(null as timestamp)' %}
    {{ return(
        'select ' ~ table_delivered_in(finding, relation) ~ ' as delivered_in, cast(null as ' ~ dbt.type_string() ~ ') as path, '
        ~ ('cast(count(*) as ' ~ dbt.type_string() ~ ") || ' rows of ' || coalesce(cast(max(delivered_at) as " ~ dbt.type_string() ~ "), '')"
            if has_moment else string_literal(invocation_id))
        ~ ' as version, ' ~ moment ~ ' as delivered_at from ' ~ relation ~ ' group by ' ~ table_delivered_in(finding, relation)
    ) }}
{% endmacro %}


{% macro empty_select(finding) %}
    {{ return(landing_select(
        dict(finding, mapping={}, condition=none, is_mixed=false), {}, none, 'cast(null as ' ~ dbt.type_string() ~ ')', 'cast(null as bigint)'
    )) }}
{% endmacro %}


{#- The columns of the contract, or of a query's input, with the place of each row. Adds to finding.filters the query of the rows that var
    raw_where leaves out. -#}
{% macro landing_select(finding, types, origin, delivered_in, delivered_row) %}
    {% set columns = {} %}
    {% for name, type in types.items() %}{% do columns.update({name | lower: [name, type]}) %}{% endfor %}
    {% set readings = {} %}
    {% set expressions = [] %}
    {% for column in finding.contract %}
        {% set mapped = finding.mapping.get(column.name, {}) %}
        {% set found = columns.get((mapped.column or '') | lower) %}
        {% if mapped.sql and types %}
            {% set expression = landed_expression(mapped.sql, columns, column.data_type, readings, column.name.endswith('_id')) %}
        {% elif finding.is_input %}
            {% set is_id = modules.re.search('(?i)(^|[^a-z])id$', column.name) or modules.re.search('(?i)(^|[^a-z])id$', (found or [''])[0]) %}
            {% set expression = 'cast(null as ' ~ raw_kind_type(column.data_type) ~ ')' if not found
                else string_literal(found[0]) if column.data_type == 'name' else reading_of(found, column.data_type, readings, is_id is not none).read %}
        {% elif found %}
            {% set expression = landing_column(found[0], found[1], column.data_type, finding.is_mixed) %}
            {% set expression = with_whole_numbers(expression, found[0], finding.whole_numbers) if column.name.endswith('_id') else expression %}
        {% elif types and column.config.meta.get('place_if_absent') %}
            {% set expression = delivered_in ~ " || ':' || cast(" ~ delivered_row ~ ' as ' ~ dbt.type_string() ~ ')' %}
        {% else %}
            {% set expression = 'cast(null as ' ~ {'number': type_double(), 'timestamp': 'timestamp'}.get(column.data_type, dbt.type_string()) ~ ')' %}
        {% endif %}
        {% do expressions.append(expression ~ ' as ' ~ (adapter.quote(column.name.replace('"', '""')) if finding.is_input else column.name)) %}
    {% endfor %}
    {% do expressions.append(delivered_in ~ ' as delivered_in') %}
    {% do expressions.append(delivered_row ~ ' as delivered_row') %}
    {% if not finding.is_input %}
        {% do expressions.append(raw_record(types.keys() | list, is_mixed=finding.is_mixed) ~ ' as raw_record') %}
    {% endif %}
    {% set condition = with_readings(finding.condition, columns, 'text', readings, []) if finding.condition else none %}
    {% set rows = ' from ' ~ with_raw_readings(origin, readings, finding.is_mixed, finding.whole_numbers) if origin else ' where 1 = 0' %}
    {% if condition %}
        {% do finding.filters.append('select ' ~ expressions | join(', ') ~ rows ~ ' where not coalesce((' ~ condition ~ '), false)') %}
    {% endif %}
    {{ return('select ' ~ expressions | join(', ') ~ rows ~ (' where (' ~ condition ~ ')' if condition else '')) }}
{% endmacro %}


{#- whole_numbers: {column in lower case: SQL that is true where all values of its file are like 12345.0}. -#}
{% macro with_whole_numbers(expression, column, whole_numbers) %}
    {% set condition = whole_numbers.get(column | lower) %}
    {{ return('case when ' ~ condition ~ ' then ' ~ whole_number(expression) ~ ' else ' ~ expression ~ ' end' if condition else expression) }}
{% endmacro %}


{#- But those that another row brings are none of them. -#}
{% macro list_filtered_orders(filters) %}
    {% do empty_table(landing_schema() ~ '.filtered_orders') %}
    {% if filters %}
        {% do run_query(
            'insert into ' ~ landing_schema() ~ '.filtered_orders select ' ~ read_id('order_id') ~ ', min(delivered_in) from (' ~ filters | join(' union all ') ~ ') as filtered'
            ~ ' where order_id is not null and ' ~ read_id('order_id') ~ ' not in (select ' ~ read_id('order_id') ~ ' from ' ~ landing_schema() ~ '.orders where order_id is not null)'
            ~ ' group by ' ~ read_id('order_id')
        ) %}
    {% endif %}
{% endmacro %}


{% macro count_filtered_rows(source_name, filters) %}
    {% if filters %}
        {% do run_query(
            'update ' ~ landing_schema() ~ '.deliveries set filtered_rows = (select count(*) from (' ~ filters | join(' union all ') ~ ') as filtered'
            ~ ' where filtered.delivered_in = deliveries.delivered_in) where source_name = ' ~ string_literal(source_name)
        ) %}
    {% endif %}
{% endmacro %}


{#- NaN, which some tools write for a missing value, is no id; NULL, \N and their like are no number and no date, but a blank. Where files hold a column in different types (is_mixed), the engine makes
    text of numbers: they are written with the decimal mark that text has. -#}
{% macro landing_column(name, type, data_type, is_mixed) %}
    {% set quoted = adapter.quote(name.replace('"', '""')) %}
    {% set is_integer = modules.re.match('^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$', type) %}
    {% set is_fraction = modules.re.match('^(DECIMAL|NUMERIC|DOUBLE|FLOAT|REAL)( PRECISION)?([(][0-9, ]*[)])?$', type) %}
    {% set is_time = modules.re.match('^(DATE|TIMESTAMP)[^[]*$', type) %}
    {% set text = landed_text(quoted, type) %}
    {% if is_mixed and is_fraction and data_type == 'number' and var('raw_decimal_mark') == ',' %}
        {{ return('replace(' ~ text ~ ", '.', ',')") }}
    {% elif ((is_integer or is_fraction) and data_type == 'number') or (is_time and data_type == 'timestamp') %}
        {{ return(quoted) }}
    {% elif is_fraction and data_type == 'text' %}
        {{ return("case when " ~ quoted ~ " = floor(" ~ quoted ~ ") and abs(" ~ quoted ~ ") < 1e15"
            ~ " then cast(cast(" ~ quoted ~ " as bigint) as " ~ dbt.type_string() ~ ") else nullif(lower(" ~ text ~ "), 'nan') end") }}
    {% endif %}
    {% if data_type in ['number', 'timestamp'] %}
        {{ return("case when upper(trim(" ~ text ~ ")) not in ('', 'NULL', '\\N', '#N/A', 'N/A', 'NONE') then trim(" ~ text ~ ") end") }}
    {% endif %}
    {{ return("nullif(trim(" ~ text ~ "), '')") }}
{% endmacro %}
