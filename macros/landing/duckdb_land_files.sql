{#- Copies a source's CSV files into the table landing.<source>__csv, every value as text, and each line that is no record
    into landing.unreadable_lines. Files with the same header are read together. Returns the select for the landing view.
    DuckDB's store_rejects sees a line only where whole rows are read: hence a table, not a view over the files. -#}
{% macro duckdb_land_csv(finding, files) %}
    {% set table = 'landing.' ~ finding.source ~ '__csv' %}
    {% set spellings = {} %}
    {% for file in files %}
        {% for name in file.columns %}
            {% do spellings.update({name | lower: spellings.get(name | lower, name)}) %}
        {% endfor %}
    {% endfor %}
    {% set columns = spellings.values() | list %}
    {% set definitions = [] %}
    {% for name in columns %}{% do definitions.append(duckdb_quote(name) ~ ' varchar') %}{% endfor %}
    {% do run_query('create or replace table ' ~ table ~ ' (' ~ definitions | join(', ') ~ ', landed_file varchar, landed_row bigint)') %}
    {% set groups = {} %}
    {% for file in files %}
        {% do groups.setdefault(tojson([file.delimiter, file.columns]), []).append(file) %}
    {% endfor %}
    {% for group in groups.values() %}
        {% do duckdb_insert_csv(finding.source, table, group) %}
    {% endfor %}
    {% set types = {} %}
    {{ return(landing_select(finding, columns, table, duckdb_delivered_in('landed_file'), 'landed_row')) }}
{% endmacro %}


{% macro duckdb_insert_csv(source_name, table, files) %}
    {% set names = files[0].columns %}
    {% set quoted = [] %}{% set types = [] %}{% set is_header = [] %}
    {% for name in names %}
        {% do quoted.append(duckdb_quote(name)) %}
        {% do types.append(string_literal(name) ~ ": 'VARCHAR'") %}
        {% do is_header.append('trim(' ~ duckdb_quote(name) ~ ') = ' ~ string_literal(name)) %}
    {% endfor %}
    {% do run_query('drop table if exists landing_errors') %}
    {% do run_query('drop table if exists landing_scans') %}
    {% do run_query(
        'insert into ' ~ table ~ ' (' ~ quoted | join(', ') ~ ', landed_file, landed_row) '
        ~ 'select *, row_number() over () from read_csv(' ~ duckdb_list(files | map(attribute='path'))
        ~ ', auto_detect = false, header = true, delim = ' ~ string_literal(files[0].delimiter) ~ ", quote = '\"', escape = '\"'"
        ~ ', columns = {' ~ types | join(', ') ~ "}, filename = 'landed_file', store_rejects = true, rejects_limit = 0"
        ~ ", rejects_table = 'landing_errors', rejects_scan = 'landing_scans')"
    ) %}
    {% do run_query(
        'insert into landing.unreadable_lines '
        ~ "select distinct on (errors.file_id, errors.line, piece) " ~ string_literal(source_name) ~ ', ' ~ duckdb_delivered_in('scans.file_path')
        ~ ", 'line is no record: ' || lower(errors.error_message), piece "
        ~ 'from (select *, unnest(string_split(rtrim(csv_line, chr(10) || chr(13)), chr(10))) as piece from landing_errors) as errors '
        ~ 'inner join landing_scans as scans using (scan_id, file_id)'
    ) %}
    {% do run_query(
        'insert into landing.unreadable_lines select ' ~ string_literal(source_name) ~ ', ' ~ duckdb_delivered_in('landed_file')
        ~ ", 'line is no record: the header line again', " ~ string_literal(names | join(files[0].delimiter))
        ~ ' from ' ~ table ~ ' where ' ~ is_header | join(' and ')
    ) %}
    {% do run_query('delete from ' ~ table ~ ' where ' ~ is_header | join(' and ')) %}
{% endmacro %}


{#- Parquet files are read where they stand. -#}
{% macro duckdb_select_parquet(finding, files) %}
    {% set names = files | map(attribute='columns') | sum(start=[]) | map('lower') | unique | list %}
    {% set columns = [] %}
    {% for name in finding.column_types if name | lower in names %}{% do columns.append(name) %}{% endfor %}
    {{ return(landing_select(
        finding, columns,
        'read_parquet(' ~ duckdb_list(files | map(attribute='path')) ~ ", union_by_name = true, filename = 'landed_file', file_row_number = true)",
        duckdb_delivered_in('landed_file'), 'file_row_number'
    )) }}
{% endmacro %}


{% macro duckdb_delivered_in(path) %}
    {{- return('substr(' ~ path ~ ', ' ~ ((env_var('CLV_RAW_DIR', '').rstrip('/') | length) + 2) ~ ')') -}}
{% endmacro %}


{% macro duckdb_quote(name) %}
    {{- return('"' ~ name.replace('"', '""') ~ '"') -}}
{% endmacro %}
