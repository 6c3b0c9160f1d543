{% macro inspect_raw_sources() %}
    {% set names = raw_mapping('raw_names', var('raw_names')) %}
    {% set columns = raw_mapping('raw_columns', var('raw_columns')) %}
    {% for name, mapped in columns.items() %}{% do raw_mapping('raw_columns: ' ~ name, mapped) %}{% endfor %}
    {% set sources = raw_contract() %}
    {% set known = sources | map(attribute='name') | list %}
    {% set findings = [] %}
    {% for source in sources %}
        {% do findings.append(inspect_raw_source(source, names.get(source.name), columns.get(source.name, {}))) %}
    {% endfor %}
    {% for variable, value in [('raw_names', names), ('raw_columns', columns)] %}
        {% for name in value if name not in known %}
            {% do findings[0].problems.append(
                "var " ~ variable ~ " names the source '" ~ name ~ "', which is none of: " ~ known | join(', ') ~ "."
            ) %}
        {% endfor %}
    {% endfor %}
    {% do require_orders(findings) %}
    {{ return(findings) }}
{% endmacro %}


{% macro raw_mapping(name, value) %}
    {% if value and value is not mapping %}
        {{ exceptions.raise_compiler_error(
            "var " ~ name ~ " is '" ~ value ~ "', which maps nothing: write {NAME: NAME_IN_THE_SHOP}, as in the README."
        ) }}
    {% endif %}
    {{ return(value or {}) }}
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


{% macro inspect_raw_source(source, mapped_name, mapped_columns) %}
    {% set finding = {
        'source': source.name, 'without': source.without, 'contract': source.columns,
        'relation': none, 'files': [], 'column_types': {}, 'mapping': {}, 'problems': [],
    } %}
    {% do find_raw_data(finding, mapped_name) %}
    {% set contract_names = source.columns | map(attribute='name') | list %}
    {% for column in mapped_columns if column not in contract_names %}
        {% do finding.problems.append(
            "var raw_columns maps '" ~ column ~ "' of " ~ source.name ~ ", whose columns are: " ~ contract_names | join(', ') ~ "."
        ) %}
    {% endfor %}
    {% if finding.files or finding.relation %}
        {% do map_raw_columns(finding, mapped_columns) %}
    {% endif %}
    {{ return(finding) }}
{% endmacro %}


{% macro find_raw_data(finding, mapped_name) %}
    {% set name = mapped_name or finding.source %}
    {% set is_table = '.' in name and '/' not in name and '*' not in name
        and not modules.re.search('\\.(csv|csv\\.gz|parquet)$', name) %}
    {% set parts = name.split('.') if is_table else ['raw', name] %}
    {% if not is_table %}
        {% do find_raw_files(finding, name) %}
    {% endif %}
    {% if not finding.files and not finding.problems and modules.re.match('^[A-Za-z0-9_ ]+$', parts[-1]) %}
        {% set relation = adapter.get_relation(database=target.database, schema=parts[-2], identifier=parts[-1]) %}
        {% if relation %}
            {% do finding.update({'relation': relation}) %}
            {% for column in adapter.get_columns_in_relation(relation) %}
                {% do finding.column_types.update({column.name: column.data_type | upper}) %}
            {% endfor %}
        {% endif %}
    {% endif %}
    {% if mapped_name and not finding.files and not finding.relation and not finding.problems %}
        {% do finding.problems.append(
            "var raw_names maps " ~ finding.source ~ " to '" ~ name ~ "', but there is no such "
            ~ ("table." if is_table else "file below " ~ env_var('CLV_RAW_DIR', '(CLV_RAW_DIR is not set)') ~ ".")
        ) %}
    {% endif %}
{% endmacro %}


{% macro map_raw_columns(finding, mapped_columns) %}
    {% set wanted_names = [] %}
    {% for column in finding.contract %}{% do wanted_names.append(mapped_columns.get(column.name, column.name) | string | lower) %}{% endfor %}
    {% set carriers = finding.files or [{'delivered_in': finding.relation | string, 'columns': finding.column_types.keys() | list}] %}
    {% set readable = [] %}
    {% for carrier in carriers if carrier.columns %}
        {% if carrier.columns | map('lower') | select('in', wanted_names) | list %}
            {% do readable.append(carrier) %}
        {% else %}
            {% do finding.problems.append(
                carrier.delivered_in ~ " has none of the columns of " ~ finding.source ~ ". Columns found: " ~ carrier.columns | join(', ')
                ~ ". Its first line must name the columns, separated by comma, semicolon, tab or |, and be UTF-8 text: one that is not (of a file"
                ~ " in Windows-1252, say) was passed over; other names are given by"
                ~ " var raw_columns: {" ~ finding.source ~ ": {" ~ finding.contract[0].name ~ ": NAME}}."
            ) %}
        {% endif %}
    {% endfor %}
    {% for column in finding.contract %}
        {% set wanted = mapped_columns.get(column.name, column.name) | string %}
        {% set is_needed = column.config.meta.get('required') or column.name in mapped_columns %}
        {% for carrier in readable %}
            {% if is_needed and wanted | lower not in carrier.columns | map('lower') %}
                {% do finding.problems.append(
                    carrier.delivered_in ~ " has no column '" ~ wanted ~ "', which is "
                    ~ (finding.source ~ "." ~ column.name if wanted != column.name else "required for " ~ finding.source)
                    ~ ". Accepted names: " ~ column.name ~ " (in any case), or the one given by var raw_columns: {"
                    ~ finding.source ~ ": {" ~ column.name ~ ": NAME}}. Columns found: " ~ carrier.columns | join(', ') ~ "."
                ) %}
            {% endif %}
        {% endfor %}
        {% for found in finding.column_types if found | lower == wanted | lower %}
            {% do finding.mapping.update({column.name: found}) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{% macro require_orders(findings) %}
    {% set by_source = {} %}
    {% for finding in findings %}
        {% do by_source.update({finding.source: finding}) %}
    {% endfor %}
    {% set orders = by_source['orders'] %}
    {% set items = by_source['order_items'] %}
    {% set is_flat = 'ordered_at' in items.mapping and 'customer_id' in items.mapping %}
    {% set has_problem = findings | map(attribute='problems') | select | list | length > 0 %}
    {% if not orders.files and not orders.relation and not is_flat and not has_problem %}
        {% set place = env_var('CLV_RAW_DIR', '') %}
        {% do orders.problems.append(
            ("No orders were found below " ~ place if place else "Name the folder with the raw files: --raw FOLDER, or the environment variable CLV_RAW_DIR with its absolute path")
            ~ ": put orders.csv, orders.parquet or a folder orders/ there, map the name with var raw_names, "
            ~ "or give order_items the columns ordered_at and customer_id."
        ) %}
    {% endif %}
{% endmacro %}
