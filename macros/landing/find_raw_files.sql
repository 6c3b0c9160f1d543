{% macro find_raw_files(finding, name) %}
    {% set root = raw_root() %}
    {% if not root %}{{ return('') }}{% endif %}
    {% if name.startswith('/') or '..' in name.split('/') %}
        {% do finding.problems.append(
            "'" ~ name ~ "', which " ~ finding.name ~ " is to be read from, leads out of " ~ root ~ ": name a file below it,"
            ~ " or let --raw (or CLV_RAW_DIR) be a folder that holds both."
        ) %}
        {{ return('') }}
    {% endif %}
    {% set is_workbook = modules.re.search('[.]xlsx?$', name, modules.re.IGNORECASE) %}
    {% set wanted = raw_file_patterns(name) %}
    {% set others = [name] if is_workbook else unreadable_file_patterns(name) if name == finding.source else [] %}
    {% set is_searched = wanted | reject('in', finding.searched) | list == [] %}
    {% set found = finding.searched if is_searched else files_below(root, wanted + others) %}
    {% for pattern in wanted %}
        {% for path in found[pattern] if path not in finding.files | map(attribute='path') %}
            {% do finding.files.append({
                'path': path,
                'delivered_in': path[(root | length) + 1:],
                'format': 'parquet' if path.lower().endswith('.parquet') else 'csv',
                'compression': 'gzip' if path.lower().endswith('.gz') else 'none',
                'skip_lines': finding.skip_lines,
            }) %}
        {% endfor %}
    {% endfor %}
    {% for pattern in others %}
        {% for path in found[pattern] if path not in finding.files | map(attribute='path')
            and modules.re.search('[.](tsv|tab|txt|xlsx?|jsonl?|ndjson|avro|orc|zip|(csv|tsv|json|txt)[.](gz|zip|bz2|zst|xz))$', path, modules.re.IGNORECASE) %}
            {% do finding.problems.append(
                path[(root | length) + 1:] ~ " can't be read: deliver " ~ finding.source ~ " as .csv, .csv.gz or .parquet, and remove this file;"
                ~ " or name the files to read with var raw_names: {" ~ finding.source ~ ": NAME}."
            ) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{#- Where the files of a name stand, below the raw folder. -#}
{% macro raw_file_patterns(name) %}
    {% if modules.re.search('[.](tsv|txt)$', name, modules.re.IGNORECASE) %}{{ return([name]) }}{% endif %}
    {% set is_named_whole = modules.re.search('[.](csv|csv[.]gz|parquet)$', name, modules.re.IGNORECASE) %}
    {% set patterns = [name] if is_named_whole else [] %}
    {% for ending in ['[cC][sS][vV]', '[cC][sS][vV].[gG][zZ]', '[pP][aA][rR][qQ][uU][eE][tT]'] %}
        {% do patterns.append(name ~ '/**/*.' ~ ending) if is_named_whole
            else patterns.extend([name ~ '.' ~ ending, name ~ '/**/*.' ~ ending, name ~ '.' ~ ending ~ '/**/*.' ~ ending]) %}
    {% endfor %}
    {{ return(patterns) }}
{% endmacro %}


{% macro unreadable_file_patterns(name) %}{{ return([name ~ '.*', name ~ '/**/*.*']) }}{% endmacro %}


{#- {pattern: files} of the names that sources have in the contract, in one search. -#}
{% macro search_raw_files(sources) %}
    {% set patterns = [] %}
    {% for source in sources %}{% do patterns.extend(raw_file_patterns(source.name) + unreadable_file_patterns(source.name)) %}{% endfor %}
    {{ return(files_below(raw_root(), patterns) if raw_root() else {}) }}
{% endmacro %}


{#- What the files of the findings call their columns, all read at once. -#}
{% macro name_columns(findings) %}
    {% set texts, tables = [], [] %}
    {% for finding in findings %}
        {% do texts.extend(finding.files | selectattr('format', 'equalto', 'csv')) %}
        {% do tables.extend(finding.files | selectattr('format', 'equalto', 'parquet')) %}
    {% endfor %}
    {% set headers = first_lines(texts) if texts else [] %}
    {% for header in headers %}{% do texts[loop.index0].update({'header': header}) %}{% endfor %}
    {% set types = parquet_columns(tables) if tables else {} %}
    {% for finding in findings %}
        {% for file in finding.files %}
            {% do name_csv_columns(finding, file) if file.format == 'csv' else file.update({'columns': types[file.path] | list, 'types': types[file.path]}) %}
            {% if file.columns | length > 1000 %}
                {% do finding.problems.append(
                    file.delivered_in ~ ' has ' ~ file.columns | length ~ ' columns, and at most 1000 are read: deliver those that are needed.'
                ) %}
                {% do file.update({'columns': file.columns[:1000]}) %}
            {% endif %}
            {% for name in file.columns if name | lower not in finding.column_types | map('lower') %}
                {% do finding.column_types.update({name: file.types[name] if file.types else 'TEXT'}) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{% macro name_csv_columns(finding, file) %}
    {% set problem = header_problem(file.header) %}
    {% do finding.problems.append(file.delivered_in ~ problem) if problem %}
    {% do file.update({'delimiter': ',', 'columns': []} if problem else parse_csv_header(file.header)) %}
    {% set names, again = [], [] %}
    {% for name in file.columns[:1000] %}{% do (again if name | lower in names else names).append(name | lower) %}{% endfor %}
    {% for name in file.columns if name | lower in again %}
        {% do finding.problems.append(file.delivered_in ~ " names the column '" ~ name ~ "' more than once. Rename or remove one of them.") if loop.first %}
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


{% macro raw_root() %}
    {% set root = env_var('CLV_RAW_DIR', '') %}
    {% if root and not root.startswith('/') and not modules.re.match('^[A-Za-z]:', root) %}
        {{ exceptions.raise_compiler_error("CLV_RAW_DIR is the relative path '" ~ root ~ "': give the absolute path of the folder with the raw files.") }}
    {% endif %}
    {% set parts = [] %}
    {% for part in root.split('/') if part not in ['', '.'] %}
        {% do parts.pop() if part == '..' and parts else parts.append(part) %}
    {% endfor %}
    {{ return(('/' if root.startswith('/') else '') ~ parts | join('/')) }}
{% endmacro %}
