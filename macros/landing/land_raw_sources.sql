{% macro land_raw_sources() %}
    {% if execute and flags.WHICH in ['build', 'run'] %}
        {% do check_vars() %}
        {% set findings = inspect_raw_sources() %}
        {% set problems = findings | map(attribute='problems') | sum(start=[]) %}
        {% if problems %}
            {{ exceptions.raise_compiler_error(problems | unique | join('\n')) }}
        {% endif %}
        {% do adapter.ensure_transaction() %}
        {% do run_query('create schema if not exists landing') %}
        {% do begin_build(findings) %}
        {% for finding in findings %}
            {% do land_raw_source(finding) %}
        {% endfor %}
        {% do adapter.commit() %}
    {% endif %}
{% endmacro %}


{% macro land_raw_source(finding) %}
    {% set csv_files = finding.files | selectattr('format', 'equalto', 'csv') | list %}
    {% set parquet_groups = {} %}
    {% for file in finding.files if file.format == 'parquet' %}
        {% do parquet_groups.setdefault(tojson(file.types, sort_keys=true), []).append(file) %}
    {% endfor %}
    {% do finding.update({'is_mixed': parquet_groups | length + (1 if csv_files else 0) > 1}) %}
    {% set selects = land_parquet(finding, parquet_groups.values() | list) if parquet_groups else [] %}
    {% if csv_files %}
        {% do selects.append(land_csv(finding, csv_files)) %}
    {% else %}
        {% do forget_csv(finding.source) %}
    {% endif %}
    {% if finding.relation %}
        {% do selects.append(landing_select(
            finding, finding.column_types, finding.relation,
            string_literal(finding.relation.schema ~ '.' ~ finding.relation.identifier), place_in_table()
        )) %}
    {% endif %}
    {% if not selects %}
        {% do selects.append(landing_select(finding, {}, none, 'cast(null as ' ~ dbt.type_string() ~ ')', 'cast(null as bigint)')) %}
    {% endif %}
    {% do make_view('landing.' ~ finding.source, selects | join(' union all ')) %}
{% endmacro %}


{% macro landing_select(finding, types, origin, delivered_in, delivered_row) %}
    {% set columns = {} %}
    {% for name, type in types.items() %}{% do columns.update({name | lower: [name, type]}) %}{% endfor %}
    {% set expressions = [] %}
    {% for column in finding.contract %}
        {% set found = columns.get(finding.mapping.get(column.name, '') | lower) %}
        {% set expression = landing_column(found[0], found[1], column.data_type, finding.is_mixed) if found
            else 'cast(null as ' ~ {'number': type_double(), 'timestamp': 'timestamp'}.get(column.data_type, dbt.type_string()) ~ ')' %}
        {% do expressions.append(expression ~ ' as ' ~ column.name) %}
    {% endfor %}
    {% do expressions.append(delivered_in ~ ' as delivered_in') %}
    {% do expressions.append(delivered_row ~ ' as delivered_row') %}
    {% do expressions.append(raw_record(types.keys() | list, is_mixed=finding.is_mixed) ~ ' as raw_record') %}
    {{ return('select ' ~ expressions | join(', ') ~ (' from ' ~ origin if origin else ' where 1 = 0')) }}
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
