{% macro duckdb__files_below(root, patterns) %}
    {% set literal_root = duckdb_path(root) %}
    {% set queries = [] %}
    {% for pattern in patterns %}
        {% do queries.append('select ' ~ loop.index ~ ' as position, file from glob(' ~ string_literal(literal_root ~ '/' ~ pattern) ~ ')') %}
    {% endfor %}
    {% set found = {} %}
    {% for pattern in patterns %}{% do found.update({pattern: []}) %}{% endfor %}
    {% for row in run_query(queries | join(' union all ') ~ ' order by position, file').rows %}
        {% do found[patterns[row[0] | int - 1]].append(row[1] | string) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}


{% macro duckdb__first_lines(files) %}
    {% set lines = [] %}
    {% for batch in files | batch(100) %}
        {% set queries = [] %}
        {% for file in batch %}
            {# a line that is a number stays a text #}
            {% do queries.append(
                "select " ~ loop.index ~ " as position, (select '>' || line from (" ~ duckdb_select_lines([file]) ~ ") as lines limit 1) as line"
            ) %}
        {% endfor %}
        {% for row in run_query(queries | join(" union all ") ~ " order by position").rows %}
            {% do lines.append((row[1] or '>')[1:]) %}
        {% endfor %}
    {% endfor %}
    {{ return(lines) }}
{% endmacro %}


{#- DuckDB does not see the compression behind every path. -#}
{% macro duckdb_select_lines(files) %}
    {{ return(
        "select line, landed_file from read_csv(" ~ duckdb_paths(files | map(attribute='path')) ~ ", compression = '" ~ files[0].compression ~ "',"
        ~ " auto_detect = false, columns = {'line': 'VARCHAR'}, delim = '\x01',"
        ~ " quote = '', escape = '', header = false, skip = " ~ files[0].skip_lines ~ ", strict_mode = false, ignore_errors = true, filename = 'landed_file')"
    ) }}
{% endmacro %}


{#- What a nested column holds is no column. -#}
{% macro duckdb__parquet_columns(files) %}
    {% set by_path = {} %}
    {% set nested = {} %}
    {% for file in files %}{% do by_path.update({file.path: {}}) %}{% endfor %}
    {% for row in run_query(
        "select file_name, '>' || name, coalesce(num_children, 0), duckdb_type from parquet_schema(" ~ duckdb_paths(by_path) ~ ")"
    ).rows %}
        {% set path, left = row[0], nested.get(row[0]) %}
        {% do by_path[path].update({row[1][1:]: row[3] | upper}) if left == 0 %}
        {# the first row is the root #}
        {% do nested.update({path: 0 if left is none else [left - 1, 0] | max + row[2] | int}) %}
    {% endfor %}
    {{ return(by_path) }}
{% endmacro %}


{#- A file is the one it was while it keeps its size and time of change. -#}
{% macro duckdb__file_versions(files) %}
    {{ return(
        'select ' ~ duckdb_delivered_in('filename') ~ " as delivered_in, filename as path, size || ' bytes of ' || last_modified as version,"
        ~ ' last_modified as delivered_at from read_blob(' ~ duckdb_paths(files | map(attribute='path')) ~ ')'
    ) }}
{% endmacro %}


{#- Parquet files are read where they stand, those with the same columns and types together: DuckDB would turn an id that is
    17850 in one file and 'A1' in the next into 17850.0, and stop where two types have nothing in common. -#}
{% macro duckdb__land_parquet(finding, groups) %}
    {% set selects = [] %}
    {% for files in groups %}
        {% do finding.whole_numbers.update(duckdb_parquet_whole_numbers(files)) %}
        {% do selects.append(landing_select(
            finding, files[0].types,
            'read_parquet(' ~ duckdb_paths(files | map(attribute='path')) ~ ", union_by_name = true, filename = 'landed_file', file_row_number = true)",
            duckdb_delivered_in('landed_file'), 'file_row_number'
        )) %}
        {% do finding.whole_numbers.clear() %}
    {% endfor %}
    {{ return(selects) }}
{% endmacro %}


{#- {column in lower case: condition} of the texts that are like 12345.0 in all rows of a file. The first rows of a file say of most columns
    that they are not. -#}
{% macro duckdb_parquet_whole_numbers(files) %}
    {% set columns, whole_numbers = [], {} %}
    {% for name, type in files[0].types.items() if type == 'VARCHAR' %}{% do columns.append(name) %}{% endfor %}
    {% set first_rows = (
        '(select * from read_parquet(' ~ duckdb_paths(files | map(attribute='path'))
        ~ ", union_by_name = true, filename = 'landed_file', file_row_number = true) where file_row_number < 20)"
    ) %}
    {% for row in (run_query(duckdb_decimal_columns(first_rows, columns)).rows if columns else []) if row[1] %}
        {% set file = 'read_parquet(' ~ string_literal(duckdb_path(row[0])) ~ ", filename = 'landed_file')" %}
        {% set found = run_query(duckdb_decimal_columns('(select * from ' ~ file ~ ')', row[1].split('\n'))).rows[0][1] %}
        {% for name in (found or '').split('\n') if name %}{% do whole_numbers.setdefault(name | lower, []).append(row[0]) %}{% endfor %}
    {% endfor %}
    {% for name, paths in whole_numbers.items() %}{% do whole_numbers.update({name: 'landed_file in (' ~ duckdb_list(paths)[1:-1] ~ ')'}) %}{% endfor %}
    {{ return(whole_numbers) }}
{% endmacro %}


{% macro duckdb_delivered_in(path) %}
    {{- return('substr(' ~ path ~ ', ' ~ ((raw_root() | length) + 2) ~ ')') -}}
{% endmacro %}


{% macro duckdb_quote(name) %}
    {{- return('"' ~ name.replace('"', '""') ~ '"') -}}
{% endmacro %}


{#- For what reads files, to which *, ? and [ in a path stand for other characters. -#}
{% macro duckdb_paths(paths) %}
    {% set escaped = [] %}
    {% for path in paths %}{% do escaped.append(duckdb_path(path)) %}{% endfor %}
    {{ return(duckdb_list(escaped)) }}
{% endmacro %}


{% macro duckdb_path(path) %}{{ return(modules.re.sub('([][*?])', '[\\1]', path)) }}{% endmacro %}


{% macro duckdb_list(values) %}
    {% set literals = [] %}
    {% for value in values %}{% do literals.append(string_literal(value)) %}{% endfor %}
    {{ return('[' ~ literals | join(', ') ~ ']') }}
{% endmacro %}
