{% macro find_raw_files(finding, name) %}
    {% set root = env_var('CLV_RAW_DIR', '') %}
    {% if not root %}{{ return('') }}{% endif %}
    {% if not root.startswith('/') and not modules.re.match('^[A-Za-z]:', root) %}
        {{ exceptions.raise_compiler_error("CLV_RAW_DIR is the relative path '" ~ root ~ "': give the absolute path of the folder with the raw files.") }}
    {% endif %}
    {% set root = raw_root() %}
    {% set endings = ['[cC][sS][vV]', '[cC][sS][vV].[gG][zZ]', '[pP][aA][rR][qQ][uU][eE][tT]'] %}
    {% set is_named_whole = modules.re.search('[.](tsv|txt)$', name, modules.re.IGNORECASE) %}
    {% set patterns = [name] if is_named_whole else [] %}
    {% for ending in endings if not is_named_whole %}
        {% if modules.re.search('[.](csv|csv[.]gz|parquet)$', name, modules.re.IGNORECASE) %}
            {% do patterns.extend(([name] if loop.first else []) + [name ~ '/**/*.' ~ ending]) %}
        {% else %}
            {% do patterns.extend([name ~ '.' ~ ending, name ~ '/**/*.' ~ ending, name ~ '.' ~ ending ~ '/**/*.' ~ ending]) %}
        {% endif %}
    {% endfor %}
    {% for path in files_below(root, patterns) if path not in finding.files | map(attribute='path') %}
        {% do finding.files.append({
            'path': path,
            'delivered_in': path[(root | length) + 1:],
            'format': 'parquet' if path.lower().endswith('.parquet') else 'csv',
            'compression': 'gzip' if path.lower().endswith('.gz') else 'none',
            'skip_lines': finding.skip_lines,
        }) %}
    {% endfor %}
    {% set is_workbook = modules.re.search('[.]xlsx?$', name, modules.re.IGNORECASE) %}
    {% for path in files_below(root, [name] if is_workbook else [finding.source ~ '.*', finding.source ~ '/**/*.*']) if is_workbook or name == finding.source %}
        {% if modules.re.search('[.](tsv|tab|txt|xlsx?|jsonl?|ndjson|avro|orc|zip|(csv|tsv|json|txt)[.](gz|zip|bz2|zst|xz))$', path, modules.re.IGNORECASE)
            and path not in finding.files | map(attribute='path') %}
            {% do finding.problems.append(
                path[(root | length) + 1:] ~ " can't be read: deliver " ~ finding.source ~ " as .csv, .csv.gz or .parquet, and remove this file;"
                ~ " or name the files to read with var raw_names: {" ~ finding.source ~ ": NAME}."
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro name_csv_columns(finding) %}
    {% set files = finding.files | selectattr('format', 'equalto', 'csv') | list %}
    {% for header in first_lines(files) if files %}
        {% set file = files[loop.index0] %}
        {% set problem = header_problem(header) %}
        {% do finding.problems.append(file.delivered_in ~ problem) if problem %}
        {% do file.update({'delimiter': ',', 'columns': []} if problem else parse_csv_header(header)) %}
        {% for name in file.columns if file.columns | map('lower') | select('equalto', name | lower) | list | length > 1 and name not in file.columns[:loop.index0] %}
            {% do finding.problems.append(file.delivered_in ~ " names the column '" ~ name ~ "' more than once. Rename or remove one of them.") %}
        {% endfor %}
        {% for name in file.columns %}
            {% do finding.column_types.update({name: 'TEXT'}) if name | lower not in finding.column_types | map('lower') %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{% macro header_problem(header) %}
    {% if not header.strip() %}
        {{ return(" is empty, or begins with a blank line: its first line must name the columns. Deliver it again, or remove it.") }}
    {% elif '\x00' in header %}
        {{ return(" is no UTF-8 text (UTF-16, perhaps): save it as UTF-8 and deliver it again.") }}
    {% elif header.count('"') % 2 %}
        {{ return(" has a quotation mark in its header line that is not closed there: correct the line " ~ header ~ ".") }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}


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


{% macro name_parquet_columns(finding) %}
    {% set files = finding.files | selectattr('format', 'equalto', 'parquet') | list %}
    {% set by_path = parquet_columns(files) if files else {} %}
    {% for file in files %}
        {% set types = by_path[file.path] %}
        {% do file.update({'columns': types | list, 'types': types}) %}
        {% for name, type in types.items() %}
            {% do finding.column_types.update({name: type}) if name | lower not in finding.column_types | map('lower') %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{% macro raw_root() %}
    {% set root = env_var('CLV_RAW_DIR', '') %}
    {% set parts = [] %}
    {% for part in root.split('/') if part not in ['', '.'] %}
        {% do parts.pop() if part == '..' and parts else parts.append(part) %}
    {% endfor %}
    {{ return(('/' if root.startswith('/') else '') ~ parts | join('/')) }}
{% endmacro %}
