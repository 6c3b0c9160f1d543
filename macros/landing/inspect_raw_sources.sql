{% macro inspect_raw_sources() %}
    {% set settings = raw_settings() %}
    {% set sources = raw_contract() %}
    {% set known = sources | map(attribute='name') | list %}
    {% set searched = search_raw_files(sources) %}
    {% set findings = [] %}
    {% for source in sources %}
        {% for name in raw_parts(source.name, settings) %}
            {% do findings.append(find_raw_source(source, name, settings, searched)) %}
        {% endfor %}
    {% endfor %}
    {% do name_columns(findings) %}
    {% for finding in findings %}{% do map_raw_source(finding, settings) %}{% endfor %}
    {% for variable, value in settings.items() %}
        {% for name in value if name.split('.')[0] not in known and not (variable == 'raw_names' and is_file_alias(name, settings)) %}
            {% do findings[0].problems.append(
                "var " ~ variable ~ " names the source '" ~ name ~ "', which is none of: " ~ known | join(', ') ~ "."
            ) %}
        {% endfor %}
    {% endfor %}
    {% for parts in by_source(findings).values() %}{% do require_own_files(parts) %}{% endfor %}
    {% do require_orders_or_subscriptions(findings) %}
    {{ return(findings) }}
{% endmacro %}


{#- A file that two parts of a source read would count twice. -#}
{% macro require_own_files(parts) %}
    {% set readers = {} %}
    {% for finding in parts %}
        {% for file in finding.files %}
            {% set reader = readers.setdefault(file.path, finding.name) %}
            {% if reader != finding.name %}
                {% do finding.problems.append(
                    file.delivered_in ~ " is read by " ~ reader ~ " and by " ~ finding.name ~ ", and would count twice: give them other names with var raw_names."
                ) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{#- The vars that say where raw data stand and how they are read, {var: {source or source.part: value}}. -#}
{% macro raw_settings() %}
    {% set settings = {} %}
    {% for variable in ['raw_names', 'raw_columns', 'raw_where', 'raw_queries', 'raw_files'] %}
        {% do settings.update({variable: raw_mapping(variable, var(variable))}) %}
    {% endfor %}
    {% for variable in ['raw_columns', 'raw_files'] %}
        {% for name, value in settings[variable].items() %}{% do raw_mapping(variable ~ ': ' ~ name, value) %}{% endfor %}
    {% endfor %}
    {{ return(settings) }}
{% endmacro %}


{% macro raw_mapping(name, value) %}
    {% if value and value is not mapping %}
        {{ exceptions.raise_compiler_error(
            "var " ~ name ~ " is '" ~ value ~ "', which maps nothing: write {NAME: NAME_IN_THE_SHOP}, as in the README."
        ) }}
    {% endif %}
    {{ return(value or {}) }}
{% endmacro %}


{#- A source may be read from several parts, each with a mapping of its own: `marketing_spend.google` beside `marketing_spend`. -#}
{% macro raw_parts(source_name, settings) %}
    {% set parts = [source_name] %}
    {% for value in settings.values() %}
        {% for name in value if name.startswith(source_name ~ '.') and name not in parts %}{% do parts.append(name) %}{% endfor %}
    {% endfor %}
    {{ return(parts) }}
{% endmacro %}


{% macro raw_contract() %}
    {% set contract = [] %}
    {% for node in graph.sources.values() if node.package_name == 'clv_warehouse' and node.source_name == 'raw' and not node.config.meta.get('is_landing_log') %}
        {% do contract.append({
            'name': node.name,
            'without': node.config.meta.get('without', {}),
            'columns': node.columns.values() | list,
        }) %}
    {% endfor %}
    {{ return(contract) }}
{% endmacro %}


{% macro find_raw_source(source, name, settings, searched) %}
    {% set finding = new_finding(source.name, name) %}
    {% do finding.update({'without': source.without, 'contract': source.columns, 'searched': searched}) %}
    {% do set_file_options(finding, settings.raw_files.get(name) or {}) %}
    {% set condition, query = settings.raw_where.get(name), settings.raw_queries.get(name) %}
    {% for variable, value in [('raw_where', condition), ('raw_queries', query)] if value is not none and (value is not string or not value.strip()) %}
        {% do finding.problems.append("var " ~ variable ~ ": " ~ name ~ " is no text of SQL: write it in quotation marks.") %}
    {% endfor %}
    {% if finding.problems %}
    {% elif query %}
        {% do inspect_raw_query(finding, query, settings.raw_names) %}
    {% else %}
        {% do find_raw_data(finding, settings.raw_names.get(name), settings.raw_names) %}
    {% endif %}
    {{ return(finding) }}
{% endmacro %}


{% macro map_raw_source(finding, settings) %}
    {% set mapped_columns = settings.raw_columns.get(finding.name) or {} %}
    {% set contract_names = finding.contract | map(attribute='name') | list %}
    {% for column in mapped_columns if column not in contract_names %}
        {% do finding.problems.append(
            "var raw_columns maps '" ~ column ~ "' of " ~ finding.source ~ ", whose columns are: " ~ contract_names | join(', ') ~ "."
        ) %}
    {% endfor %}
    {% if finding.files or finding.relations or (finding.query and not finding.problems) %}
        {% do map_raw_columns(finding, mapped_columns) %}
        {% do finding.update({'condition': settings.raw_where.get(finding.name)}) %}
        {% do try_raw_expressions(finding) %}
    {% endif %}
{% endmacro %}


{#- table: the name in schema landing under which its CSV files are kept. inputs: what a query reads, each a finding. -#}
{% macro new_finding(source_name, name) %}
    {{ return({
        'source': source_name, 'name': name, 'table': modules.re.sub('[^a-z0-9]+', '__', name | lower), 'without': {}, 'contract': [],
        'relations': [], 'places': {}, 'files': [], 'skip_lines': 0, 'column_types': {}, 'mapping': {}, 'condition': none, 'filters': [],
        'query': none, 'inputs': [], 'is_input': false, 'whole_numbers': {}, 'searched': {}, 'problems': [],
    }) }}
{% endmacro %}


{% macro set_file_options(finding, options) %}
    {% for name, value in options.items() %}
        {% if name == 'skip_lines' and value is integer and 0 <= value and value <= 1000 %}
            {% do finding.update({'skip_lines': value}) %}
        {% else %}
            {% do finding.problems.append(
                "var raw_files: " ~ finding.name ~ " holds " ~ name ~ ": " ~ value ~ ", but knows skip_lines alone: how many lines stand above the one that names the columns."
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{#- A key of raw_names that is no source is the name of a file in queries and in other names, so that presets need no other text. -#}
{% macro is_file_alias(name, settings) %}
    {% set texts = [settings.raw_queries.values() | list] %}
    {% for other, value in settings.raw_names.items() if other != name %}{% do texts.append(value) %}{% endfor %}
    {{ return(name in tojson(texts)) }}
{% endmacro %}


{% macro listed(value) %}
    {{ return(value if value is sequence and value is not string and value is not mapping else [value]) }}
{% endmacro %}


{#- mapped: a name, or a list of them. One that ends in ? may be absent. aliases: var raw_names. -#}
{% macro find_raw_data(finding, mapped, aliases) %}
    {% set names = [] %}
    {% for name in listed(mapped or finding.name) %}
        {% set is_optional = name is string and name.endswith('?') %}
        {% set plain = name[:-1] if is_optional else name %}
        {% for other in listed(aliases[plain] if mapped and plain is string and plain in aliases and plain != finding.name else plain) %}
            {% do names.append(other ~ '?' if is_optional and other is string and not other.endswith('?') else other) %}
        {% endfor %}
    {% endfor %}
    {% if names | reject('string') | list %}
        {% do finding.problems.append("var raw_names maps " ~ finding.name ~ " to '" ~ mapped ~ "': give a name, or a list of names.") %}
    {% endif %}
    {% for name in names | select('string') %}
        {% set found = finding.files | length + finding.relations | length %}
        {% set is_optional = name.endswith('?') %}
        {% set wanted = name[:-1] if is_optional else name %}
        {% do find_raw_name(finding, wanted) %}
        {% if mapped and not is_optional and found == finding.files | length + finding.relations | length and not finding.problems %}
            {% do finding.problems.append(
                ("the query of " ~ finding.name ~ " reads '" if finding.is_input else "var raw_names maps " ~ finding.name ~ " to '") ~ wanted
                ~ "', but there is no such " ~ ("table." if is_table_name(wanted) else "file below " ~ env_var('CLV_RAW_DIR', '(CLV_RAW_DIR is not set)') ~ ".")
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro is_table_name(name) %}
    {{ return(
        '.' in name and '/' not in name and '*' not in name and not modules.re.search('[.](csv|csv[.]gz|parquet|tsv|txt|xlsx?)$', name, modules.re.IGNORECASE)
    ) }}
{% endmacro %}


{% macro find_raw_name(finding, name) %}
    {% set before = finding.files | length %}
    {% set parts = name.split('.') if is_table_name(name) else ['raw', name] %}
    {% if not is_table_name(name) %}
        {% do find_raw_files(finding, name) %}
    {% endif %}
    {% if finding.files | length == before and not finding.problems and modules.re.match('^[A-Za-z0-9_ ]+$', parts[-1]) %}
        {% set relation = adapter.get_relation(database=target.database, schema=parts[-2], identifier=parts[-1]) %}
        {% if relation and relation not in finding.relations %}
            {% do finding.relations.append(relation) %}
            {% set places = finding.places.setdefault(relation | string, []) %}
            {% for column in adapter.get_columns_in_relation(relation) %}
                {% if column.name | lower in ['delivered_in', 'delivered_row', 'delivered_at'] %}
                    {% do places.append(column.name | lower) %}
                {% elif column.name | lower not in finding.column_types | map('lower') %}
                    {% do finding.column_types.update({column.name: column.data_type | upper}) %}
                {% endif %}
            {% endfor %}
        {% endif %}
    {% endif %}
{% endmacro %}


{#- What a finding's columns stand in: each file, table or query. -#}
{% macro raw_carriers(finding) %}
    {% set carriers = finding.files | list %}
    {% for relation in finding.relations %}
        {% do carriers.append({'delivered_in': relation | string, 'columns': finding.column_types.keys() | list}) %}
    {% endfor %}
    {% if finding.query %}
        {% do carriers.append({'delivered_in': 'the query of ' ~ finding.name, 'columns': finding.column_types.keys() | list}) %}
    {% endif %}
    {{ return(carriers) }}
{% endmacro %}


{% macro map_raw_columns(finding, mapped_columns) %}
    {% set readable = [] %}
    {% for carrier in raw_carriers(finding) if carrier.columns %}
        {% set found = [] %}
        {% for column in finding.contract %}
            {% set mapped = mapped_columns.get(column.name, column.name) %}
            {% for wanted in raw_names_of(mapped, carrier.columns) %}{% do found.append(find_column(wanted.name, carrier.columns)) %}{% endfor %}
        {% endfor %}
        {% if found | select | list %}
            {% do readable.append(carrier) %}
        {% else %}
            {% do finding.problems.append(
                carrier.delivered_in ~ " has none of the columns of " ~ finding.source ~ ". Columns found: " ~ carrier.columns | join(', ')
                ~ ". Its first line must name the columns, separated by comma, semicolon, tab or |, in UTF-8. If other lines stand above it, write"
                ~ " raw_files: {" ~ finding.name ~ ": {skip_lines: 2}} (two of them) into shop.yml; other names are given by"
                ~ " var raw_columns: {" ~ finding.name ~ ": {" ~ finding.contract[0].name ~ ": NAME}}."
            ) %}
        {% endif %}
    {% endfor %}
    {% for column in finding.contract %}
        {% do map_raw_column(finding, column, column.name in mapped_columns, mapped_columns.get(column.name, column.name), readable) %}
    {% endfor %}
{% endmacro %}


{% macro map_raw_column(finding, column, is_mapped, mapped, carriers) %}
    {% set is_required = column.config.meta.get('required') %}
    {% set sql = mapped.sql if mapped is mapping else none %}
    {% if mapped is mapping and (sql is not string or not sql.strip() or mapped | length > 1) %}
        {% do finding.problems.append(
            "var raw_columns: " ~ finding.name ~ " maps " ~ column.name ~ " to " ~ tojson(mapped) ~ ": write a column's name, {sql: EXPRESSION} or null."
        ) %}
        {{ return(none) }}
    {% endif %}
    {% if mapped is none and is_required %}
        {% do finding.problems.append(
            "var raw_columns: " ~ finding.name ~ " leaves out " ~ column.name ~ ", which is required: name its column, or give {sql: EXPRESSION}."
        ) %}
    {% endif %}
    {% for carrier in carriers %}
        {% for wanted in raw_names_of(mapped, carrier.columns) if not wanted.is_optional and (is_required or is_mapped) and not find_column(wanted.name, carrier.columns) %}
            {% do finding.problems.append(
                carrier.delivered_in ~ " has no column '" ~ wanted.name ~ "', which is "
                ~ ("named by the expression of " ~ finding.source ~ "." ~ column.name if sql
                    else finding.source ~ "." ~ column.name if wanted.name != column.name else "required for " ~ finding.source)
                ~ ". Accepted names: " ~ column.name ~ " (in any case), or the one given by var raw_columns: {"
                ~ finding.name ~ ": {" ~ column.name ~ ": NAME}}. Columns found: " ~ carrier.columns | join(', ') ~ "."
            ) %}
        {% endfor %}
    {% endfor %}
    {% if sql %}
        {% do finding.mapping.update({column.name: {'sql': sql}}) %}
    {% elif mapped is not none %}
        {% set found = find_column(raw_names_of(mapped, finding.column_types)[0].name, finding.column_types) %}
        {% do finding.mapping.update({column.name: {'column': found}}) if found %}
    {% endif %}
{% endmacro %}


{#- What stands below one source, by its name: the parts are read as one. -#}
{% macro by_source(findings) %}
    {% set sources = {} %}
    {% for finding in findings %}{% do sources.setdefault(finding.source, []).append(finding) %}{% endfor %}
    {{ return(sources) }}
{% endmacro %}


{% macro is_found(findings) %}
    {{ return((findings | selectattr('files') | list + findings | selectattr('relations') | list + findings | selectattr('query') | list) | length > 0) }}
{% endmacro %}


{% macro require_orders_or_subscriptions(findings) %}
    {% set sources = by_source(findings) %}
    {% set is_flat = sources.order_items | selectattr('mapping.ordered_at') | selectattr('mapping.customer_id') | list | length > 0 %}
    {% set has_problem = findings | map(attribute='problems') | select | list | length > 0 %}
    {% set unnumbered = [] %}
    {% for finding in sources.orders if finding.mapping and 'order_id' not in finding.mapping %}{% do unnumbered.append(finding) %}{% endfor %}
    {#- lines without orders say that the orders are missing -#}
    {% set has_subscriptions = is_found(sources.subscriptions) and not is_found(sources.order_items) %}
    {% if not (is_found(sources.orders) or is_flat or has_subscriptions or has_problem) %}
        {% set place = env_var('CLV_RAW_DIR', '') %}
        {% do sources.orders[0].problems.append(
            ("No orders" ~ ("" if is_found(sources.subscriptions) else " and no subscriptions") ~ " were found below " ~ place if place else "Name the folder with the raw files: --raw FOLDER, or the environment variable CLV_RAW_DIR with its absolute path")
            ~ ": put orders.csv, orders.parquet or a folder orders/ there, map the name with var raw_names, "
            ~ "or give order_items the columns ordered_at and customer_id. A shop of subscriptions alone has subscriptions.csv and no order_items."
        ) %}
    {% elif unnumbered and (is_found(sources.order_items) or is_found(sources.refunds)) %}
        {% do unnumbered[0].problems.append(
            raw_carriers(unnumbered[0])[0].delivered_in ~ " has no column 'order_id', which is required for orders where there are order_items or refunds."
            ~ " Accepted names: order_id (in any case), or the one given by var raw_columns: {" ~ unnumbered[0].name ~ ": {order_id: NAME}}. Columns found: "
            ~ raw_carriers(unnumbered[0])[0].columns | join(', ') ~ "."
        ) %}
    {% endif %}
{% endmacro %}
