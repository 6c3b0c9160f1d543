{#- What a build was made from, so that the next one can go on from it; in schema `landing`:
    deliveries    the raw files and tables of this build, and whether the last one lacks them (is_new)
    landed_files, unreadable_lines    the CSV files that stand in landing tables, and their lines that are no records
    filtered_orders    the orders that var raw_where leaves out, whose lines and refunds are left out with them
    last_build    a row while there is a build to go on from: its fingerprint, and known_before: what lies before it was judged for good
    identity_keys the key that ids of guests are made with
    forgotten     keyed hashes of the ids and emails of persons who were forgotten, and of their orders
    built_deliveries, built_exchange_rates, built_product_costs, built_dates, built_identities    what that one was made from
    A build that failed, was killed or was of a selection leaves last_build incomplete, and the next one starts anew. -#}

{#- Where landed data and the state stand: of the sources it is written down. -#}
{% macro landing_schema() %}{{ return(graph.sources['source.clv_warehouse.raw.orders'].schema if execute else '') }}{% endmacro %}


{#- A package is asked for nothing by a build of its user's own models. -#}
{% macro builds_own_models() %}
    {{ return(own_models() | map(attribute='unique_id') | select('in', selected_resources) | list | length > 0) }}
{% endmacro %}


{% macro begin_build(findings) %}
    {% do make_state_tables() %}
    {% do keep_identity_key() %}
    {% do keep_forgotten() %}
    {% do set_earlier_fits_aside() %}
    {% do list_deliveries(findings) %}
    {% if can_go_on(findings) %}
        {% set last = run_query('select fingerprint, cast(known_before as ' ~ dbt.type_string() ~ ') from ' ~ landing_schema() ~ '.last_build').rows[0] %}
        {% do remember_build(last[0], 'cast(' ~ string_literal(last[1]) ~ ' as timestamp)', is_complete=false) %}
        {% for source in sources_changed(findings) if raw_sources()[source].versions %}
            {% for model in [raw_sources()[source].versions] + raw_sources()[source].get('kept', []) %}
                {% do drop_models([own_model(model)]) %}
            {% endfor %}
        {% endfor %}
    {% else %}
        {% for table in state_tables() if table == 'last_build' or table.startswith('built_') %}
            {% do empty_table(landing_schema() ~ '.' ~ table) %}
        {% endfor %}
        {# none was there before: all are new #}
        {% do list_deliveries(findings) %}
        {% do drop_models(incremental_nodes()) %}
    {% endif %}
{% endmacro %}


{% macro remember_build(fingerprint, known_before, is_complete, origin=none) %}
    {% do empty_table(landing_schema() ~ '.last_build') %}
    {% do run_query(
        'insert into ' ~ landing_schema() ~ '.last_build select ' ~ string_literal(fingerprint) ~ ', ' ~ known_before ~ ', ' ~ is_complete | lower
        ~ (' from ' ~ origin if origin else '')
    ) %}
{% endmacro %}


{% macro drop_models(nodes) %}
    {% for node in nodes if node.unique_id in selected_resources %}
        {% set relation = adapter.get_relation(node.database, node.schema, node.alias) %}
        {% do adapter.drop_relation(relation) if relation %}
    {% endfor %}
{% endmacro %}


{% macro state_tables() %}
    {% set text = dbt.type_string() %}
    {{ return({
        'unreadable_lines': {'source_name': text, 'landed_as': text, 'delivered_in': text, 'reason': text, 'raw_line': text},
        'landed_files': {'landed_as': text, 'path': text, 'version': text, 'decimal_columns': text},
        'deliveries': {
            'source_name': text, 'delivered_in': text, 'path': text, 'version': text, 'delivered_at': 'timestamp', 'is_new': 'boolean',
            'filtered_rows': 'bigint', 'forgotten_rows': 'bigint',
        },
        'identity_keys': {'identity_key': text},
        'forgotten': {'kind': text, 'value_hash': text, 'is_kept': 'boolean'},
        'filtered_orders': {'order_id': text, 'delivered_in': text},
        'last_build': {'fingerprint': text, 'known_before': 'timestamp', 'is_complete': 'boolean'},
        'built_deliveries': {'source_name': text, 'delivered_in': text, 'version': text},
        'built_exchange_rates': {'currency': text, 'rate_date': 'date', 'exchange_rate': type_double()},
        'built_dates': {'valued_at': 'date', 'valued_on': 'date', 'is_backtested': 'boolean', 'is_in_history': 'boolean', 'fingerprint': text},
        'built_identities': {'source_customer_id': text, 'customer_id': text},
        'built_product_costs': {'product_id': text, 'unit_cost': type_double(), 'valid_from': 'date', 'valid_before': 'date'},
    }) }}
{% endmacro %}


{% macro make_state_tables() %}
    {% for table, columns in state_tables().items() %}
        {% set relation = adapter.get_relation(target.database, landing_schema(), table) %}
        {% set found = adapter.get_columns_in_relation(relation) | map(attribute='name') | list if relation else [] %}
        {% if found != columns | list %}
            {% do adapter.drop_relation(relation) if relation %}
            {% set definitions = [] %}
            {% for name, type in columns.items() %}{% do definitions.append(name ~ ' ' ~ type) %}{% endfor %}
            {% do make_table(landing_schema() ~ '.' ~ table, definitions | join(', ')) %}
            {# dbt looks for relations among those that it knows #}
            {% do adapter.cache_added(api.Relation.create(database=target.database, schema=landing_schema(), identifier=table, type='table')) %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro list_deliveries(findings) %}
    {% do empty_table(landing_schema() ~ '.deliveries') %}
    {% for source_name, parts in by_source(findings).items() %}
        {% set carriers = parts + parts | map(attribute='inputs') | sum(start=[]) %}
        {% set listings = [] %}
        {% set files = {} %}
        {% for file in carriers | map(attribute='files') | sum(start=[]) %}{% do files.update({file.path: file}) %}{% endfor %}
        {% for files in files.values() | batch(500) %}{% do listings.append(file_versions(files)) %}{% endfor %}
        {% set tables = {} %}
        {% for finding in carriers %}
            {% for relation in finding.relations %}
                {% if 'delivered_in' in finding.places[relation | string] %}
                    {% do listings.append(table_versions(finding, relation)) if table_versions(finding, relation) not in listings %}
                {% else %}
                    {% do tables.update({relation.schema ~ '.' ~ relation.identifier: invocation_id}) %}
                {% endif %}
            {% endfor %}
        {% endfor %}
        {% for finding in parts if finding.query and 'delivered_in' not in finding.column_types %}
            {% do tables.update({query_delivery(finding): 'query'}) %}
        {% endfor %}
        {% for name, version in tables.items() %}
            {% do listings.append(
                'select ' ~ string_literal(name) ~ ' as delivered_in, cast(null as ' ~ dbt.type_string() ~ ') as path, '
                ~ string_literal(version) ~ ' as version, cast(null as timestamp) as delivered_at'
            ) %}
        {% endfor %}
        {% for listing in listings %}
            {% do run_query(
                'insert into ' ~ landing_schema() ~ '.deliveries select ' ~ string_literal(source_name) ~ ', listed.delivered_in, listed.path, listed.version,'
                ~ ' listed.delivered_at, built.version is null, 0, 0 from (' ~ listing ~ ') as listed'
                ~ ' left join ' ~ landing_schema() ~ '.built_deliveries as built on built.source_name = ' ~ string_literal(source_name)
                ~ ' and listed.delivered_in = built.delivered_in and listed.version = built.version'
            ) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{% macro can_go_on(findings) %}
    {% if flags.FULL_REFRESH %}{{ return(false) }}{% endif %}
    {% for node in incremental_nodes() if not adapter.get_relation(node.database, node.schema, node.alias) %}{{ return(false) }}{% endfor %}
    {% set complete = run_query(
        'select count(*) from ' ~ landing_schema() ~ '.last_build where is_complete and fingerprint = ' ~ string_literal(build_fingerprint())
    ).rows[0][0] %}
    {{ return(complete > 0 and not sources_changed(findings) | select('in', ['orders', 'order_items', 'refunds']) | list) }}
{% endmacro %}


{#- Sources of which a delivery is gone or is another one; of a query any new one may change the rows of the others. -#}
{% macro sources_changed(findings) %}
    {% set queried = [string_literal('')] %}
    {% for finding in findings if finding.query %}{% do queried.append(string_literal(finding.source)) %}{% endfor %}
    {{ return(run_query(
        'select source_name from ' ~ landing_schema() ~ '.deliveries where is_new and source_name in (' ~ queried | join(', ') ~ ') union '
        ~ 'select distinct built.source_name from ' ~ landing_schema() ~ '.built_deliveries as built'
        ~ ' left join ' ~ landing_schema() ~ '.deliveries as listed on built.source_name = listed.source_name'
        ~ ' and built.delivered_in = listed.delivered_in and built.version = listed.version where listed.version is null'
    ).columns[0].values() | list) }}
{% endmacro %}


{% macro build_fingerprint() %}
    {% set code = [env_var('CLV_CODE_FINGERPRINT', '')] %}
    {% for node in own_models() %}
        {% do code.append(node.checksum.checksum) %}
    {% endfor %}
    {#- by which keys rows are made anew: dbt_project.yml, which no checksum of a model covers -#}
    {% for node in incremental_nodes() %}
        {% do code.append([node.name, node.config.incremental_strategy, node.config.unique_key] | string) %}
    {% endfor %}
    {#- what tables are made with, and raw data read by -#}
    {% for node in own_models() + graph.sources.values() | selectattr('package_name', 'equalto', 'clv_warehouse') | list %}
        {% for column in node.columns.values() if column.data_type %}
            {% do code.append([node.name, column.name, column.data_type, column.constraints] | string) %}
        {% endfor %}
    {% endfor %}
    {% set values = [identity_key_hash(), forgotten_fingerprint()] %}
    {% for name in project_vars() %}{% do values.append([name, var(name)]) %}{% endfor %}
    {{ return(local_md5(tojson([code | sort, values, state_tables()]))) }}
{% endmacro %}


{% macro project_vars() %}
    {{ return([
        'raw_where', 'raw_queries', 'raw_files',
        'raw_names', 'raw_columns', 'raw_timestamp_formats', 'raw_decimal_mark', 'counted_order_statuses', 'uncounted_order_statuses', 'orders_delivery', 'order_items_delivery',
        'prices_include_tax', 'refund_amounts', 'free_orders_count', 'include_shipping_in_revenue',
        'max_expanded_gb', 'max_rejected_share', 'max_conflicting_keys', 'max_exchange_rate_age_days', 'max_ids_per_contact', 'max_contacts_per_id', 'max_ids_per_person', 'max_orders_per_guest', 'merge_people_by',
        'anonymous_customer_ids', 'placeholder_contacts', 'publish_contacts', 'reporting_currency', 'reporting_timezone',
        'assumed_gross_margin', 'kpi_window_months', 'max_lifetime_years', 'annual_discount_rate', 'cohort_clv_age_months',
        'min_segment_customers', 'purchase_model', 'spend_model', 'compared_purchase_models', 'season_spread', 'level_drift', 'min_repeat_customers', 'interval', 'horizon_months', 'backtest_quarters', 'history_months', 'value_tiers', 'campaign_window_days', 'attribution_model', 'attribution_half_life_days',
        'attribution_lookback_days', 'business_model',
    ]) }}
{% endmacro %}


{#- Incremental models that can be built anew (fct_model_fits, which keeps what no build could compute again, is none). -#}
{% macro incremental_nodes() %}
    {% set nodes = [] %}
    {% for node in own_models() if node.config.materialized == 'incremental' and node.config.full_refresh is not false %}
        {% do nodes.append(node) %}
    {% endfor %}
    {{ return(nodes) }}
{% endmacro %}


{% macro complete_build(results) %}
    {% if execute and flags.WHICH in ['build', 'run'] and not flags.EMPTY and builds_own_models() %}
        {% set results = results | selectattr('node.package_name', 'equalto', 'clv_warehouse') | list %}
        {% do begin_transaction() %}
        {% do tell_earlier_fits() %}
        {% do adapter.commit() %}
        {% set done = results | selectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list %}
        {% set failed = results | selectattr('status', 'in', ['error', 'fail', 'skipped', 'runtime error', 'partial success']) | list %}
        {% set missing = with_parents(incremental_nodes()) | reject('in', done) | list %}
        {% if incremental_nodes() and not failed and not missing %}
            {% do begin_transaction() %}
            {% do remember_build(
                build_fingerprint(), 'least(known_before, ' ~ first_future_moment() ~ ')', is_complete=true, origin=built_relation('int_run_context')
            ) %}
            {% for table, columns, origin in [
                ('built_deliveries', 'source_name, delivered_in, version', landing_schema() ~ '.deliveries'),
                ('built_exchange_rates', 'currency, rate_date, exchange_rate', built_relation('int_exchange_rates_filled')),
                ('built_dates', 'valued_at, valued_on, is_backtested, is_in_history, fingerprint', built_relation('int_dates_listed')),
                ('built_identities', 'source_customer_id, customer_id', built_relation('int_identities_resolved')),
                ('built_product_costs', 'product_id, unit_cost, valid_from, valid_before', built_relation('int_product_costs_dated')),
            ] %}
                {% do empty_table(landing_schema() ~ '.' ~ table) %}
                {% do run_query('insert into ' ~ landing_schema() ~ '.' ~ table ~ ' select ' ~ columns ~ ' from ' ~ origin) %}
            {% endfor %}
            {% do adapter.commit() %}
        {% endif %}
    {% endif %}
{% endmacro %}


{% macro with_parents(nodes) %}
    {% set ids = nodes | map(attribute='unique_id') | list %}
    {#- the list grows while it is walked -#}
    {% for id in ids %}
        {% for parent in graph.nodes[id].depends_on.nodes if parent.startswith('model.') and parent not in ids %}
            {% do ids.append(parent) %}
        {% endfor %}
    {% endfor %}
    {{ return(ids) }}
{% endmacro %}


{% macro own_models() %}
    {{ return(
        graph.nodes.values() | selectattr('package_name', 'equalto', 'clv_warehouse') | selectattr('resource_type', 'equalto', 'model') | list
    ) }}
{% endmacro %}


{% macro own_model(name) %}{{ return(graph.nodes['model.clv_warehouse.' ~ name]) }}{% endmacro %}


{% macro built_relation(model_name) %}
    {% set node = own_model(model_name) %}
    {{ return(api.Relation.create(node.database, node.schema, node.alias)) }}
{% endmacro %}
