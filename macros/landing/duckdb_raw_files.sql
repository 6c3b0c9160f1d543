{#- Raw data in files, which DuckDB reads itself. A server warehouse has tables only. -#}
{% macro find_raw_files(finding, name) %}
    {{ return(adapter.dispatch('find_raw_files')(finding, name)) }}
{% endmacro %}

{% macro default__find_raw_files(finding, name) %}{% endmacro %}

{#- Fills finding.files with {path, delivered_in, format, compression, delimiter, columns, types} in the order of their names. -#}
{% macro duckdb__find_raw_files(finding, name) %}
    {% set root = env_var('CLV_RAW_DIR', '') %}
    {% if not root %}{{ return('') }}{% endif %}
    {% if not root.startswith('/') and not modules.re.match('^[A-Za-z]:', root) %}
        {{ exceptions.raise_compiler_error("CLV_RAW_DIR is the relative path '" ~ root ~ "': give the absolute path of the folder with the raw files.") }}
    {% endif %}
    {% set root = duckdb_raw_root() %}
    {% set endings = ['[cC][sS][vV]', '[cC][sS][vV].[gG][zZ]', '[pP][aA][rR][qQ][uU][eE][tT]'] %}
    {% set patterns = [] %}
    {% for ending in endings %}
        {% if modules.re.search('[.](csv|csv[.]gz|parquet)$', name, modules.re.IGNORECASE) %}
            {% do patterns.extend(([name] if loop.first else []) + [name ~ '/**/*.' ~ ending]) %}
        {% else %}
            {% do patterns.extend([name ~ '.' ~ ending, name ~ '/**/*.' ~ ending, name ~ '.' ~ ending ~ '/**/*.' ~ ending]) %}
        {% endif %}
    {% endfor %}
    {% for path in duckdb_glob(root, patterns) %}
        {% do finding.files.append({
            'path': path,
            'delivered_in': path[(root | length) + 1:],
            'format': 'parquet' if path.lower().endswith('.parquet') else 'csv',
            'compression': 'gzip' if path.lower().endswith('.gz') else 'none',
        }) %}
    {% endfor %}
    {% for path in duckdb_glob(root, [finding.source ~ '.*', finding.source ~ '/**/*.*']) if name == finding.source %}
        {% if modules.re.search('[.](tsv|tab|txt|xlsx?|jsonl?|ndjson|avro|orc|zip|(csv|tsv|json|txt)[.](gz|zip|bz2|zst|xz))$', path, modules.re.IGNORECASE)
            and path not in finding.files | map(attribute='path') %}
            {% do finding.problems.append(
                path[(root | length) + 1:] ~ " can't be read: deliver " ~ finding.source ~ " as .csv, .csv.gz or .parquet, and remove this file;"
                ~ " or name the files to read with var raw_names: {" ~ finding.source ~ ": NAME}."
            ) %}
        {% endif %}
    {% endfor %}
    {% do duckdb_read_csv_headers(finding) %}
    {% do duckdb_read_parquet_headers(finding) %}
{% endmacro %}


{#- The files below folder `root` that match one of the patterns, in the order of the patterns and of their names. -#}
{% macro duckdb_glob(root, patterns) %}
    {% set literal_root = modules.re.sub('([][*?])', '[\\1]', root) %}
    {% set queries = [] %}
    {% for pattern in patterns %}
        {% do queries.append('select ' ~ loop.index ~ ' as position, file from glob(' ~ string_literal(literal_root ~ '/' ~ pattern) ~ ')') %}
    {% endfor %}
    {% set rows = run_query(
        'select file from (' ~ queries | join(' union all ') ~ ') as found group by file order by min(position), file'
    ).rows %}
    {{ return(rows | map(attribute=0) | map('string') | list) }}
{% endmacro %}


{#- Reads the first line of every CSV file: its delimiter (, ; tab or |) and its column names. -#}
{% macro duckdb_read_csv_headers(finding) %}
    {% for batch in finding.files | selectattr('format', 'equalto', 'csv') | batch(100) %}
        {% set queries = [] %}
        {% for file in batch %}
            {% do queries.append(
                "select " ~ loop.index0 ~ " as position, (select '>' || line from (" ~ duckdb_select_lines([file]) ~ ") as lines limit 1) as line"
            ) %}
        {% endfor %}
        {% for row in run_query(queries | join(" union all ") ~ " order by position").rows %}
            {% set file = batch[row[0] | int] %}
            {% set header = (row[1] or '>')[1:] %}
            {% if not header.strip() %}
                {% do finding.problems.append(
                    file.delivered_in ~ " is empty, or begins with a blank line: its first line must name the columns. Deliver it again, or remove it."
                ) %}
                {% do file.update({'delimiter': ',', 'columns': []}) %}
            {% elif '\x00' in header %}
                {% do finding.problems.append(file.delivered_in ~ " is no UTF-8 text (UTF-16, perhaps): save it as UTF-8 and deliver it again.") %}
                {% do file.update({'delimiter': ',', 'columns': []}) %}
            {% elif header.count('"') % 2 %}
                {% do finding.problems.append(
                    file.delivered_in ~ " has a quotation mark in its header line that is not closed there: correct the line " ~ header ~ "."
                ) %}
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


{#- Select of the lines of CSV files (of one compression, which DuckDB does not see behind every path) as they stand, quotes
    and delimiters ignored, blank ones as null; those that are not UTF-8 are left out. -#}
{% macro duckdb_select_lines(files) %}
    {{ return(
        "select line, landed_file from read_csv(" ~ duckdb_list(files | map(attribute='path')) ~ ", compression = '" ~ files[0].compression ~ "',"
        ~ " auto_detect = false, columns = {'line': 'VARCHAR'}, delim = '\x01',"
        ~ " quote = '', escape = '', header = false, strict_mode = false, ignore_errors = true, filename = 'landed_file')"
    ) }}
{% endmacro %}


{#- Reads the columns of every Parquet file, and their types as {name: type}; what a nested column holds is no column. -#}
{% macro duckdb_read_parquet_headers(finding) %}
    {% set by_path = {} %}
    {% for file in finding.files if file.format == 'parquet' %}
        {% do file.update({'columns': [], 'types': {}, 'nested': none}) %}
        {% do by_path.update({file.path: file}) %}
    {% endfor %}
    {% if not by_path %}{{ return('') }}{% endif %}
    {% for row in run_query(
        "select file_name, '>' || name, coalesce(num_children, 0), duckdb_type from parquet_schema(" ~ duckdb_list(by_path) ~ ")"
    ).rows %}
        {% set file = by_path[row[0]] %}
        {% set name = row[1][1:] %}
        {% if file.nested == 0 %}
            {% do file.columns.append(name) %}
            {% do file.types.update({name: row[3] | upper}) %}
            {% do finding.column_types.update({name: row[3] | upper}) if name | lower not in finding.column_types | map('lower') %}
        {% endif %}
        {# the first row is the root #}
        {% do file.update({'nested': 0 if file.nested is none else [file.nested - 1, 0] | max + row[2] | int}) %}
    {% endfor %}
{% endmacro %}


{% macro duckdb_list(values) %}
    {%- set literals = [] -%}
    {%- for value in values -%}{%- do literals.append(string_literal(value)) -%}{%- endfor -%}
    {{- return('[' ~ literals | join(', ') ~ ']') -}}
{% endmacro %}


{#- The folder of the raw files as DuckDB writes it in the paths of its files: without `.`, `..` and empty parts. -#}
{% macro duckdb_raw_root() %}
    {% set root = env_var('CLV_RAW_DIR', '') %}
    {% set parts = [] %}
    {% for part in root.split('/') if part not in ['', '.'] %}
        {% do parts.pop() if part == '..' and parts else parts.append(part) %}
    {% endfor %}
    {{ return(('/' if root.startswith('/') else '') ~ parts | join('/')) }}
{% endmacro %}
