{#- Raw data in files, which DuckDB reads itself. A server warehouse has tables only. -#}
{% macro find_raw_files(finding, name) %}
    {{ return(adapter.dispatch('find_raw_files')(finding, name)) }}
{% endmacro %}

{% macro default__find_raw_files(finding, name) %}{% endmacro %}

{#- Fills finding.files with {path, delivered_in, format, delimiter, columns} in the order of their names. -#}
{% macro duckdb__find_raw_files(finding, name) %}
    {% set root = env_var('CLV_RAW_DIR', '') %}
    {% if not root %}{{ return('') }}{% endif %}
    {% if not root.startswith('/') and not modules.re.match('^[A-Za-z]:', root) %}
        {{ exceptions.raise_compiler_error("CLV_RAW_DIR is the relative path '" ~ root ~ "': give the absolute path of the folder with the raw files.") }}
    {% endif %}
    {% set root = root.rstrip('/') %}
    {% set is_file = modules.re.search('\\.(csv|csv\\.gz|parquet)$', name) %}
    {% set patterns = [] %}
    {% for ending in ['csv', 'csv.gz', 'parquet'] if not is_file %}
        {% do patterns.extend([name ~ '.' ~ ending, name ~ '/**/*.' ~ ending]) %}
    {% endfor %}
    {% for pattern in patterns or [name] %}
        {% for row in run_query("select file from glob(" ~ string_literal(root ~ '/' ~ pattern) ~ ") order by file").rows %}
            {% set path = row[0] %}
            {% do finding.files.append({
                'path': path,
                'delivered_in': path[(root | length) + 1:],
                'format': 'parquet' if path.endswith('.parquet') else 'csv',
            }) %}
        {% endfor %}
    {% endfor %}
    {% do duckdb_read_csv_headers(finding) %}
    {% do duckdb_read_parquet_headers(finding) %}
{% endmacro %}


{#- Reads the first line of every CSV file: its delimiter (, ; tab or |) and its column names. -#}
{% macro duckdb_read_csv_headers(finding) %}
    {% for batch in finding.files | selectattr('format', 'equalto', 'csv') | batch(100) %}
        {% set queries = [] %}
        {% for file in batch %}
            {% do queries.append(
                "select " ~ loop.index0 ~ " as position, (select line from read_csv(" ~ string_literal(file.path)
                ~ ", auto_detect = false, columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', header = false,"
                ~ " strict_mode = false, ignore_errors = true) limit 1) as line"
            ) %}
        {% endfor %}
        {% for row in run_query(queries | join(" union all ") ~ " order by position").rows %}
            {% set file = batch[row[0] | int] %}
            {% set header = row[1] %}
            {% if not header or not header.strip() %}
                {% do finding.problems.append(file.delivered_in ~ " is empty: it has not even a header line. Deliver it again, or remove it.") %}
                {% do file.update({'delimiter': ',', 'columns': []}) %}
            {% else %}
                {% do file.update(parse_csv_header(header)) %}
            {% endif %}
            {% for name in file.columns if file.columns | map('lower') | select('equalto', name | lower) | list | length > 1 and name not in file.columns[:loop.index0] %}
                {% do finding.problems.append(file.delivered_in ~ " names the column '" ~ name ~ "' more than once. Rename or remove one of them.") %}
            {% endfor %}
            {% for name in file.columns %}
                {% do finding.column_types.update({name: 'VARCHAR'}) if name | lower not in finding.column_types | map('lower') %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{#- header: the first line of a CSV file. Returns {delimiter, columns}; a column without a name is called column_N. -#}
{% macro parse_csv_header(header) %}
    {% set unquoted = modules.re.sub('"[^"]*"', '', header) %}
    {% set counts = [] %}
    {% for delimiter in [',', ';', '\t', '|'] %}
        {% do counts.append([unquoted.count(delimiter), -loop.index, delimiter]) %}
    {% endfor %}
    {% set delimiter = (counts | sort)[-1][2] %}
    {% set pattern = '(?:^|' ~ modules.re.escape(delimiter) ~ ')(?:"((?:[^"]|"")*)"|([^' ~ modules.re.escape(delimiter) ~ ']*))' %}
    {% set names = [] %}
    {% for quoted, plain in modules.re.findall(pattern, header) %}
        {% do names.append((quoted or plain).replace('""', '"').strip() or 'column_' ~ loop.index) %}
    {% endfor %}
    {{ return({'delimiter': delimiter, 'columns': names}) }}
{% endmacro %}


{% macro duckdb_read_parquet_headers(finding) %}
    {% set files = finding.files | selectattr('format', 'equalto', 'parquet') | list %}
    {% if not files %}{{ return('') }}{% endif %}
    {% set by_path = {} %}
    {% for file in files %}
        {% do file.update({'columns': []}) %}
        {% do by_path.update({file.path: file}) %}
    {% endfor %}
    {% set paths = duckdb_list(files | map(attribute='path')) %}
    {% for row in run_query("select file_name, name from parquet_schema(" ~ paths ~ ") where num_children is null").rows %}
        {% do by_path[row[0]].columns.append(row[1]) %}
    {% endfor %}
    {% for row in run_query("describe select * from read_parquet(" ~ paths ~ ", union_by_name = true)").rows %}
        {% set type = row[1] if row[0] | lower not in finding.column_types | map('lower') else 'VARCHAR' %}
        {% do finding.column_types.update({row[0]: type | upper}) %}
    {% endfor %}
{% endmacro %}


{% macro duckdb_list(values) %}
    {%- set literals = [] -%}
    {%- for value in values -%}{%- do literals.append(string_literal(value)) -%}{%- endfor -%}
    {{- return('[' ~ literals | join(', ') ~ ']') -}}
{% endmacro %}
