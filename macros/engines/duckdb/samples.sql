{#- Of CSV files each value as text; a line that is no record is passed over, for sampled_line_problems. -#}
{% macro duckdb__sampled_selects(finding) %}
    {% set groups = {} %}
    {% for file in finding.files if file.columns %}
        {% set group = [file.format] + ([tojson(file.types, sort_keys=true)] if file.format == 'parquet' else [file.compression, file.delimiter, file.skip_lines, file.columns]) %}
        {% do groups.setdefault(tojson(group), []).append(file) %}
    {% endfor %}
    {% set selects = [] %}
    {% for files in groups.values() if files[0].format == 'parquet' %}
        {% do selects.extend(land_parquet(finding, [files])) %}
    {% endfor %}
    {% for files in groups.values() if files[0].format == 'csv' %}
        {% set columns, types = [], {} %}
        {% for name in files[0].columns %}
            {% do columns.append(string_literal(name) ~ ": 'VARCHAR'") %}
            {% do types.update({name: 'TEXT'}) %}
        {% endfor %}
        {% do selects.append(landing_select(
            finding, types,
            'read_csv(' ~ duckdb_paths(files | map(attribute='path')) ~ ", auto_detect = false, compression = '" ~ files[0].compression
            ~ "', header = true, skip = " ~ files[0].skip_lines ~ ", delim = " ~ string_literal(files[0].delimiter) ~ ", quote = '\"', escape = '\"', columns = {" ~ columns | join(', ')
            ~ "}, filename = 'landed_file', store_rejects = true, rejects_limit = 100000, rejects_table = 'sample_errors', rejects_scan = 'sample_scans')",
            duckdb_delivered_in('landed_file'), 'row_number() over ()' if finding.is_input or (finding.source == 'orders' and 'order_id' not in finding.mapping) else 'cast(null as bigint)'
        )) %}
    {% endfor %}
    {{ return(selects) }}
{% endmacro %}


{#- What was passed over so far, 100,000 lines of a file at most. -#}
{% macro duckdb__sampled_line_problems() %}
    {% set problems = [] %}
    {% if run_query("select count(*) from duckdb_tables() where table_name = 'sample_errors'").rows[0][0] %}
        {% for row in run_query(
            'select ' ~ duckdb_delivered_in('file_path') ~ ', min(error_type), count(distinct line), min(line) from sample_errors'
            ~ ' inner join sample_scans using (scan_id, file_id) group by file_path order by file_path'
        ).rows %}
            {% do problems.append({'delivered_in': row[0], 'is_encoding': row[1] == 'INVALID ENCODING', 'rows': row[2] | int, 'line': row[3] | int}) %}
        {% endfor %}
    {% endif %}
    {{ return(problems) }}
{% endmacro %}
