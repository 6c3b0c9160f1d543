{#- Copies a source's CSV files into the table landing.<source>__csv, every value as text, and each line that is no record
    into landing.unreadable_lines. Files with the same header are read together; files that stand there already are not read again.
    Returns the select for the landing view.
    DuckDB's store_rejects sees a line only where whole rows are read: hence a table, not a view over the files. -#}
{% macro duckdb__land_csv(finding, files) %}
    {% set table = landing_schema() ~ '.' ~ finding.table ~ '__csv' %}
    {% set spellings = {} %}
    {% for file in files %}
        {% for name in file.columns %}
            {% do spellings.update({name | lower: spellings.get(name | lower, name)}) %}
        {% endfor %}
    {% endfor %}
    {% set columns = spellings.values() | list %}
    {% set landed = duckdb_landed_before(finding, columns) %}
    {% if not landed %}{% do duckdb_start_landing(finding, table, columns) %}{% endif %}
    {% set groups = {} %}
    {% for file in files if file.path not in landed %}
        {% do groups.setdefault(tojson([file.compression, file.delimiter, file.skip_lines, file.columns]), []).append(file) %}
    {% endfor %}
    {% for group in groups.values() %}
        {% set read_table = duckdb_read_aside(finding, table, group) %}
        {% do run_query(
            'insert into ' ~ landing_schema() ~ '.landed_files select ' ~ string_literal(finding.table) ~ ', path, version, decimal_columns from ' ~ landing_schema() ~ '.deliveries'
            ~ ' left join (' ~ duckdb_decimal_columns('(select * from ' ~ read_table ~ ' where landed_file in ' ~ duckdb_list(group | map(attribute='path')) ~ ')', group[0].columns)
            ~ ') as decimals on path = landed_file where source_name = '
            ~ string_literal(finding.source) ~ ' and path in ' ~ duckdb_list(group | map(attribute='path'))
        ) %}
        {% do duckdb_land_read(finding, table, read_table, group) if read_table != table %}
    {% endfor %}
    {% set types = {} %}
    {% for name in columns %}{% do types.update({name: 'TEXT'}) %}{% endfor %}
    {% do duckdb_note_whole_numbers(finding) %}
    {% set origin = '(select * from ' ~ table ~ ' where landed_row > 0) as landed' if finding.is_input and has_forgotten() else table %}
    {% set select = landing_select(finding, types, origin, duckdb_delivered_in('landed_file'), 'landed_row') %}
    {% do finding.whole_numbers.clear() %}
    {{ return(select) }}
{% endmacro %}


{% macro duckdb_note_whole_numbers(finding) %}
    {% set of_table = ' from ' ~ landing_schema() ~ '.landed_files where landed_as = ' ~ string_literal(finding.table) %}
    {% for row in run_query("select distinct unnest(string_split(decimal_columns, chr(10)))" ~ of_table ~ ' and decimal_columns is not null').rows %}
        {% do finding.whole_numbers.update({row[0] | lower: 'landed_file in (select path' ~ of_table
            ~ " and list_contains(string_split(decimal_columns, chr(10)), " ~ string_literal(row[0]) ~ '))'}) %}
    {% endfor %}
{% endmacro %}


{#- Where persons were forgotten, files are read into a temporary table first, so that nothing of them is ever written to the database's file. -#}
{% macro duckdb_read_aside(finding, table, files) %}
    {% set read_table = 'landing_read' if has_forgotten() else table %}
    {% do run_query('create or replace temp table landing_read as select * from ' ~ table ~ ' limit 0') if read_table != table %}
    {% do duckdb_insert_csv(finding, read_table, files) %}
    {{ return(read_table) }}
{% endmacro %}


{#- Rows about a person who was forgotten land without their values. Those behind a query are told by any email in them and by columns called
    like an id of a customer. -#}
{% macro duckdb_land_read(finding, table, read_table, files) %}
    {% set wiped, types, place = [], {}, 'select landed_file, landed_row' %}
    {% for name in files[0].columns %}
        {% do wiped.append(duckdb_quote(name) ~ ' = null') %}
        {% do types.update({name: 'TEXT'}) %}
    {% endfor %}
    {% if finding.is_input %}
        {% set conditions = ['false'] %}
        {% for name in files[0].columns %}
            {% set kinds = {'email': normalised_email(duckdb_quote(name))} %}
            {% do kinds.update({'id': 'trim(' ~ duckdb_quote(name) ~ ')'}) if modules.re.search('(?i)(customer|client|buyer|user|kunde).*(id|nr|no|number)$', name) %}
            {% for kind, value in kinds.items() %}
                {% do conditions.append(forgotten_hash(value, kind) ~ " in (select value_hash from " ~ landing_schema() ~ ".forgotten where kind = '" ~ kind ~ "')") %}
            {% endfor %}
        {% endfor %}
        {% set found = place ~ ' from ' ~ read_table ~ ' where ' ~ conditions | join(' or ') %}
    {% else %}
        {% do duckdb_note_whole_numbers(finding) %}
        {% set columns = [] %}
        {% for column in finding.contract if column.name in ['customer_id', 'email', 'order_id', 'store'] %}{% do columns.append(column) %}{% endfor %}
        {% set rows = landing_select(
            dict(finding, contract=columns, condition=none, filters=[]), types, read_table, 'landed_file', 'landed_row'
        ) %}
        {% do finding.whole_numbers.clear() %}
        {% set names = columns | map(attribute='name') | list %}
        {% do note_forgotten_orders(rows, names) if finding.source in ['orders', 'order_items'] %}
        {% set found = 'select delivered_in as landed_file, delivered_row as landed_row from (' ~ rows ~ ') as delivered where ' ~ is_forgotten(names) %}
    {% endif %}
    {% do run_query(
        'update ' ~ read_table ~ ' as landed set ' ~ wiped | join(', ') ~ ', landed_row = -landed.landed_row from (' ~ found ~ ') as found'
        ~ ' where landed.landed_file = found.landed_file and landed.landed_row = found.landed_row'
    ) %}
    {% do run_query('insert into ' ~ table ~ ' by name select * from ' ~ read_table) %}
    {% do run_query('drop table ' ~ read_table) %}
    {# a line that is no record may hold the email of somebody #}
    {% do run_query(
        "update " ~ landing_schema() ~ ".unreadable_lines set raw_line = '(forgotten)' where landed_as = " ~ string_literal(finding.table)
        ~ " and exists (select 1 from (select unnest(regexp_extract_all(raw_line, '[^\\s,;|<>\"]+@[^\\s,;|<>\"]+')) as email) as words where "
        ~ forgotten_hash(normalised_email('email'), 'email') ~ " in (select value_hash from " ~ landing_schema() ~ ".forgotten where kind = 'email'))"
    ) %}
{% endmacro %}


{#- Of rows that name their landed_file, the columns of each file all of whose values are whole numbers with a fraction of zeros: what ids become in a column with blanks. -#}
{% macro duckdb_decimal_columns(rows, columns) %}
    {% set tests = [] %}
    {% for name in columns %}
        {% set column = duckdb_quote(name) %}
        {% do tests.append('case when bool_and(ends_with(rtrim(' ~ column ~ "), '.0') or ends_with(rtrim(" ~ column ~ "), '.00')) filter (where trim("
            ~ column ~ ") <> '') then " ~ string_literal(name) ~ ' end') %}
    {% endfor %}
    {{ return("select landed_file, nullif(concat_ws(chr(10), " ~ tests | join(', ') ~ "), '') as decimal_columns from " ~ rows ~ ' as delivered group by landed_file') }}
{% endmacro %}


{% macro duckdb_landed_before(finding, columns) %}
    {% set relation = adapter.get_relation(target.database, landing_schema(), finding.table ~ '__csv') %}
    {% if not relation or flags.FULL_REFRESH %}{{ return([]) }}{% endif %}
    {% set landed_columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | list %}
    {% if landed_columns != columns + ['landed_file', 'landed_row'] %}{{ return([]) }}{% endif %}
    {% set rows = run_query(
        'select landed.path, deliveries.path is not null from ' ~ landing_schema() ~ '.landed_files as landed'
        ~ ' left join ' ~ landing_schema() ~ '.deliveries on deliveries.source_name = ' ~ string_literal(finding.source)
        ~ ' and landed.path = deliveries.path and landed.version = deliveries.version where landed.landed_as = ' ~ string_literal(finding.table)
    ).rows %}
    {% set paths = finding.files | map(attribute='path') | list %}
    {{ return([] if rows | rejectattr(1) | list or rows | rejectattr(0, 'in', paths) | list else rows | map(attribute=0) | list) }}
{% endmacro %}


{% macro duckdb_start_landing(finding, table, columns) %}
    {% do duckdb_forget('landed_as = ' ~ string_literal(finding.table)) %}
    {% set definitions = [] %}
    {% for name in columns %}{% do definitions.append(duckdb_quote(name) ~ ' varchar') %}{% endfor %}
    {% do run_query('create or replace table ' ~ table ~ ' (' ~ definitions | join(', ') ~ ', landed_file varchar, landed_row bigint)') %}
{% endmacro %}


{% macro duckdb__forget_csv(source_name, tables) %}
    {% set of_source = "(landed_as = " ~ string_literal(source_name) ~ " or starts_with(landed_as, " ~ string_literal(source_name ~ '__') ~ '))' %}
    {% do duckdb_forget(of_source ~ (' and landed_as not in ' ~ duckdb_list(tables) if tables else '')) %}
{% endmacro %}


{% macro duckdb_forget(condition) %}
    {% for log in ['landed_files', 'unreadable_lines'] %}
        {% do run_query('delete from ' ~ landing_schema() ~ '.' ~ log ~ ' where ' ~ condition) %}
    {% endfor %}
{% endmacro %}


{% macro duckdb_insert_csv(finding, table, files) %}
    {% do run_query(
        'create or replace temp table landing_error_lines'
        ~ ' (landed_file varchar, line bigint, error_type varchar, error_message varchar, raw_line varchar)'
    ) %}
    {% do duckdb_read_csv(table, files) %}
    {% set miscounted = duckdb_miscounted_files(table, files) %}
    {% if miscounted and files | length > 1 %}
        {# of several files read together, DuckDB may not report what an unclosed quote has swallowed: such files are read alone #}
        {% set files_alone = files | selectattr('path', 'in', miscounted | map(attribute=0) | list) | list %}
        {% for file in files_alone %}
            {% for read_table in [table, 'landing_error_lines'] %}
                {% do run_query('delete from ' ~ read_table ~ ' where landed_file = ' ~ string_literal(file.path)) %}
            {% endfor %}
            {% do duckdb_read_csv(table, [file]) %}
        {% endfor %}
        {% set miscounted = duckdb_miscounted_files(table, files_alone) %}
    {% endif %}
    {% do duckdb_require_all_lines(miscounted) %}
    {% do run_query(
        duckdb_unreadable(finding) ~ duckdb_delivered_in('landed_file')
        ~ ", 'line is no record: ' || error_message, raw_line from landing_error_lines where raw_line <> ''"
    ) %}
    {% do duckdb_set_lines_aside(finding, table, files) %}
{% endmacro %}


{% macro duckdb_read_csv(table, files) %}
    {% set columns = [] %}{% set types = [] %}
    {% for name in files[0].columns %}
        {% do columns.append(duckdb_quote(name)) %}
        {% do types.append(string_literal(name) ~ ": 'VARCHAR'") %}
    {% endfor %}
    {% do run_query('drop table if exists landing_errors') %}
    {% do run_query('drop table if exists landing_scans') %}
    {% do run_query(
        'insert into ' ~ table ~ ' (' ~ columns | join(', ') ~ ', landed_file, landed_row) '
        ~ 'select *, row_number() over () from read_csv(' ~ duckdb_paths(files | map(attribute='path'))
        ~ ", auto_detect = false, compression = '" ~ files[0].compression ~ "', header = true, skip = " ~ files[0].skip_lines
        ~ ', delim = ' ~ string_literal(files[0].delimiter) ~ ", quote = '\"', escape = '\"'"
        ~ ', columns = {' ~ types | join(', ') ~ "}, filename = 'landed_file', store_rejects = true, rejects_limit = 0"
        ~ ", rejects_table = 'landing_errors', rejects_scan = 'landing_scans')"
    ) %}
    {% if files | length > 1 %}
        {# a row keeps its number whatever files it is read with #}
        {% do run_query(
            'update ' ~ table ~ ' as landed set landed_row = landed.landed_row - files.rows_before'
            ~ ' from (select landed_file, min(landed_row) - 1 as rows_before from ' ~ table
            ~ ' where landed_file in ' ~ duckdb_list(files | map(attribute='path')) ~ ' group by landed_file) as files'
            ~ ' where landed.landed_file = files.landed_file and files.rows_before > 0'
        ) %}
    {% endif %}
    {% do run_query(
        'insert into landing_error_lines '
        ~ 'select scans.file_path, errors.line, errors.error_type, lower(errors.error_message), ' ~ duckdb_lines('errors.csv_line')
        ~ ' from (select distinct on (scan_id, file_id, line) * from landing_errors order by scan_id, file_id, line, error_message) as errors'
        ~ ' inner join landing_scans as scans using (scan_id, file_id)'
    ) %}
{% endmacro %}


{#- Returns [path, lines, lines that were read, line of the first error] of each file of which more or fewer lines were read
    than it has: after a quote that is never closed, DuckDB may pass over lines without a word. A second reading, quotes ignored,
    counts them; blank lines and those that can't be counted that way (longer than DuckDB reads, not UTF-8) aside. -#}
{% macro duckdb_miscounted_files(table, files) %}
    {# blank lines of a file with one column are rows #}
    {% if files[0].columns | length == 1 %}{{ return([]) }}{% endif %}
    {% set columns = [] %}{% set has_breaks = [] %}
    {% for name in files[0].columns %}
        {% do columns.append(duckdb_quote(name)) %}
        {% do has_breaks.append('contains(' ~ columns[-1] ~ ', chr(10)) or contains(' ~ columns[-1] ~ ', chr(13))') %}
    {% endfor %}
    {{ return(run_query(
        'with delivered as (select landed_file, count(line) as lines from (' ~ duckdb_select_lines(files) ~ ') as physical group by landed_file), '
        ~ 'landed as (select landed_file, count(*) + sum(case when ' ~ has_breaks | join(' or ')
        ~ " then len(regexp_extract_all(concat_ws('|', " ~ columns | join(', ') ~ "), '[\r\n]+')) else 0 end) as lines"
        ~ ' from ' ~ table ~ ' where landed_file in ' ~ duckdb_list(files | map(attribute='path')) ~ ' group by landed_file), '
        ~ "broken as (select landed_file, min(line) as first_line, sum(case when raw_line <> '' "
        ~ "and error_type not in ('INVALID ENCODING', 'LINE SIZE OVER MAXIMUM') then 1 else 0 end) as lines"
        ~ ' from landing_error_lines group by landed_file), '
        ~ 'counted as (select landed_file, delivered.lines, 1 + coalesce(landed.lines, 0) + coalesce(broken.lines, 0) as read_lines, first_line'
        ~ ' from delivered left join landed using (landed_file) left join broken using (landed_file)) '
        ~ 'select * from counted where lines <> read_lines order by landed_file'
    ).rows | list) }}
{% endmacro %}


{% macro duckdb_require_all_lines(miscounted) %}
    {% set sentences = [] %}
    {% for path, lines, read_lines, first_line in miscounted %}
        {% do sentences.append(
            path[raw_root() | length + 1:] ~ ' has ' ~ lines ~ ' lines, of which only ' ~ read_lines
            ~ ' could be told apart: a quotation mark is opened and never closed' ~ (' near line ' ~ first_line if first_line else '')
            ~ '. Correct the file, or remove it, and run again.'
        ) %}
    {% endfor %}
    {% if sentences %}{{ exceptions.raise_compiler_error(sentences | join('\n')) }}{% endif %}
{% endmacro %}


{% macro duckdb_set_lines_aside(finding, table, files) %}
    {% set delimiter = files[0].delimiter %}
    {% set line = '([^D\n]*[D]){N}[^D\n]*'.replace('D', delimiter).replace('N', (files[0].columns | length - 1) | string) %}
    {% set several_lines = string_literal('[^\n]*(\n' ~ line ~ ')+\n[^\n]*') %}
    {% set columns = [] %}{% set is_header = [] %}{% set has_nul = [] %}{% set holds_lines = [] %}
    {% for name in files[0].columns %}
        {% set column = duckdb_quote(name) %}
        {% do columns.append(column) %}
        {% do is_header.append("coalesce(nullif(trim(" ~ column ~ ", ' \ufeff'), ''), 'column_" ~ loop.index ~ "') = " ~ string_literal(name)) %}
        {% do has_nul.append('contains(' ~ column ~ ', chr(0))') %}
        {% do holds_lines.append('contains(' ~ column ~ ', chr(10)) and regexp_full_match(' ~ column ~ ', ' ~ several_lines ~ ')') %}
    {% endfor %}
    {% set as_line = 'coalesce(' ~ columns | join(", '') || " ~ string_literal(delimiter) ~ ' || coalesce(') ~ ", '')" %}
    {% set reasons = {'the header line again': is_header | join(' and '), 'it holds a NUL byte': has_nul | join(' or ')} %}
    {# with fewer columns, a text of several lines could look like records #}
    {% if columns | length > 3 %}
        {% do reasons.update({'it stands within a quoted value, so that an earlier quote is likely not closed': holds_lines | join(' or ')}) %}
    {% endif %}
    {% for reason, condition in reasons.items() %}
        {% set rows = ' from ' ~ table ~ ' where landed_file in ' ~ duckdb_list(files | map(attribute='path')) ~ ' and (' ~ condition ~ ')' %}
        {% do run_query(
            duckdb_unreadable(finding) ~ duckdb_delivered_in('landed_file')
            ~ ", 'line is no record: " ~ reason ~ "', raw_line from (select landed_file, " ~ duckdb_lines(as_line)
            ~ ' as raw_line' ~ rows ~ ") as lines where raw_line <> ''"
        ) %}
        {% do run_query('delete' ~ rows) %}
    {% endfor %}
{% endmacro %}


{% macro duckdb_unreadable(finding) %}
    {{ return(
        'insert into ' ~ landing_schema() ~ '.unreadable_lines select ' ~ string_literal(finding.source) ~ ', ' ~ string_literal(finding.table) ~ ', '
    ) }}
{% endmacro %}


{% macro duckdb_lines(text) %}
    {{- return('unnest(string_split_regex(' ~ text ~ ", '[\r\n]+'))") -}}
{% endmacro %}
