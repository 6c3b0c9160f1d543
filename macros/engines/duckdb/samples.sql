{#- Of CSV files each value as text; a line that is no record is passed over. -#}
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
            'read_csv(' ~ duckdb_list(files | map(attribute='path')) ~ ", auto_detect = false, compression = '" ~ files[0].compression
            ~ "', header = true, skip = " ~ files[0].skip_lines ~ ", delim = " ~ string_literal(files[0].delimiter) ~ ", quote = '\"', escape = '\"', columns = {" ~ columns | join(', ')
            ~ "}, filename = 'landed_file', ignore_errors = true)",
            duckdb_delivered_in('landed_file'), 'row_number() over ()' if finding.is_input or (finding.source == 'orders' and 'order_id' not in finding.mapping) else 'cast(null as bigint)'
        )) %}
    {% endfor %}
    {{ return(selects) }}
{% endmacro %}
