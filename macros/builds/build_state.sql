{#- What a build was made from, so that the next one can go on from it; in schema `landing`:
    deliveries    the raw files and tables of this build, and whether the last one lacks them (is_new)
    landed_files, unreadable_lines    the CSV files that stand in landing tables, and their lines that are no records
    last_build    a row while there is a build to go on from: its fingerprint, and known_before: what lies before it was judged for good
    built_deliveries, built_exchange_rates, built_product_costs, built_dates, built_identities    what that one was made from
    A build that failed, was killed or was of a selection leaves last_build incomplete, and the next one starts anew. -#}

{#- on-run-start, before landing: lists the deliveries. Where the build can't go on from the last one, the incremental models that
    are selected are dropped, so that dbt builds them whole; so is what keeps records of a source whose files changed.
    findings: of inspect_raw_sources. -#}
{% macro begin_build(findings) %}
    {% do list_deliveries(findings) %}
    {% if can_go_on() %}
        {% do run_query('update landing.last_build set is_complete = false') %}
        {% for source in sources_changed() if raw_sources()[source].versions %}
            {% for model in [raw_sources()[source].versions] + raw_sources()[source].get('kept', []) %}
                {% do drop_models([graph.nodes['model.' ~ project_name ~ '.' ~ model]]) %}
            {% endfor %}
        {% endfor %}
    {% else %}
        {% for table, columns in state_tables().items() if table == 'last_build' or table.startswith('built_') %}
            {% do run_query('create or replace table landing.' ~ table ~ ' (' ~ columns ~ ')') %}
        {% endfor %}
        {% do run_query('update landing.deliveries set is_new = true') %}
        {% do drop_models(incremental_nodes()) %}
    {% endif %}
{% endmacro %}


{#- nodes: list of models. Drops the tables of those that this build makes. -#}
{% macro drop_models(nodes) %}
    {% for node in nodes if node.unique_id in selected_resources %}
        {% set relation = adapter.get_relation(node.database, node.schema, node.alias) %}
        {% do adapter.drop_relation(relation) if relation %}
    {% endfor %}
{% endmacro %}


{#- The tables of the state, as {name: its columns}. -#}
{% macro state_tables() %}
    {{ return({
        'unreadable_lines': 'source_name varchar, delivered_in varchar, reason varchar, raw_line varchar',
        'landed_files': 'source_name varchar, path varchar, version varchar',
        'deliveries': 'source_name varchar, delivered_in varchar, path varchar, version varchar, delivered_at timestamp, is_new boolean',
        'last_build': 'fingerprint varchar, known_before timestamp, is_complete boolean',
        'built_deliveries': 'source_name varchar, delivered_in varchar, version varchar',
        'built_exchange_rates': 'currency varchar, rate_date date, exchange_rate double',
        'built_dates': 'valued_at date, valued_on date, is_backtested boolean, fingerprint varchar',
        'built_identities': 'source_customer_id varchar, customer_id varchar',
        'built_product_costs': 'product_id varchar, unit_cost double, valid_from date, valid_before date',
    }) }}
{% endmacro %}


{#- A file is the one it was while it keeps its size and time of change. What changed in a table can't be told: it is always new. -#}
{% macro list_deliveries(findings) %}
    {% for table, columns in state_tables().items() %}
        {% set is_kept = table != 'deliveries' %}
        {% do run_query('create ' ~ ('table if not exists' if is_kept else 'or replace table') ~ ' landing.' ~ table ~ ' (' ~ columns ~ ')') %}
    {% endfor %}
    {% for finding in findings %}
        {% for files in finding.files | batch(500) %}
            {% do run_query(
                'insert into landing.deliveries select ' ~ string_literal(finding.source) ~ ', ' ~ duckdb_delivered_in('filename')
                ~ ", filename, size || ' bytes of ' || last_modified, last_modified, true from read_blob(" ~ duckdb_list(files | map(attribute='path')) ~ ')'
            ) %}
        {% endfor %}
        {% if finding.relation %}
            {% do run_query(
                'insert into landing.deliveries values (' ~ string_literal(finding.source) ~ ', '
                ~ string_literal(finding.relation.schema ~ '.' ~ finding.relation.identifier) ~ ', null, ' ~ string_literal(invocation_id) ~ ', null, true)'
            ) %}
        {% endif %}
    {% endfor %}
    {% do run_query(
        'update landing.deliveries set is_new = false'
        ~ ' where (source_name, delivered_in, version) in (select (source_name, delivered_in, version) from landing.built_deliveries)'
    ) %}
{% endmacro %}


{#- Whether the last build ended well, was configured alike, left all its tables, and had no order, line or refund that is gone or changed
    on disk. -#}
{% macro can_go_on() %}
    {% if flags.FULL_REFRESH %}{{ return(false) }}{% endif %}
    {% for node in incremental_nodes() if not adapter.get_relation(node.database, node.schema, node.alias) %}{{ return(false) }}{% endfor %}
    {% set complete = run_query(
        'select count(*) from landing.last_build where is_complete and fingerprint = ' ~ string_literal(build_fingerprint())
    ).rows[0][0] %}
    {{ return(complete > 0 and not sources_changed() | select('in', ['orders', 'order_items', 'refunds']) | list) }}
{% endmacro %}


{#- The sources of which a delivery that the last build had is gone or changed on disk. -#}
{% macro sources_changed() %}
    {{ return(run_query(
        'select distinct source_name from landing.built_deliveries'
        ~ ' where (source_name, delivered_in, version) not in (select (source_name, delivered_in, version) from landing.deliveries)'
    ).columns[0].values() | list) }}
{% endmacro %}


{#- A text that changes with the vars and with the project's code. dbt doesn't show macros to each other: who runs dbt may hash
    them into the environment variable CLV_CODE_FINGERPRINT, as `clv run` does. -#}
{% macro build_fingerprint() %}
    {% set code = [env_var('CLV_CODE_FINGERPRINT', '')] %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' %}
        {% do code.append(node.checksum.checksum) %}
    {% endfor %}
    {#- what tables are made with, and raw data read by -#}
    {% for node in graph.nodes.values() | list + graph.sources.values() | list if node.resource_type in ['model', 'source'] %}
        {% for column in node.columns.values() if column.data_type %}
            {% do code.append([node.name, column.name, column.data_type, column.constraints] | string) %}
        {% endfor %}
    {% endfor %}
    {% set values = [] %}
    {% for name in project_vars() %}{% do values.append([name, var(name)]) %}{% endfor %}
    {{ return(local_md5(tojson([code | sort, values]))) }}
{% endmacro %}


{#- The project's vars but as_of_date: a build may go on at another date. -#}
{% macro project_vars() %}
    {{ return([
        'raw_names', 'raw_columns', 'raw_timestamp_formats', 'raw_decimal_mark', 'counted_order_statuses', 'prices_include_tax', 'include_shipping_in_revenue',
        'max_rejected_share', 'max_exchange_rate_age_days', 'max_ids_per_contact', 'reporting_currency', 'reporting_timezone',
        'assumed_gross_margin', 'kpi_window_months', 'max_lifetime_years', 'annual_discount_rate', 'cohort_clv_age_months',
        'min_segment_customers', 'purchase_model', 'min_repeat_customers', 'horizon_months', 'backtest_quarters', 'value_tiers', 'campaign_window_days', 'attribution_model', 'attribution_half_life_days',
        'attribution_lookback_days', 'business_model',
    ]) }}
{% endmacro %}


{#- Incremental models that can be built anew (fct_model_fits, which keeps what no build could compute again, is none). -#}
{% macro incremental_nodes() %}
    {% set nodes = [] %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized == 'incremental'
        and node.config.full_refresh is not false %}
        {% do nodes.append(node) %}
    {% endfor %}
    {{ return(nodes) }}
{% endmacro %}


{#- on-run-end: remembers what was built, if all incremental models and what tells them which rows to make were, and nothing failed.
    results: as dbt gives them to the hook. -#}
{% macro complete_build(results) %}
    {% if execute and flags.WHICH in ['build', 'run'] and not flags.EMPTY %}
        {% set done = results | selectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list %}
        {% set failed = results | selectattr('status', 'in', ['error', 'fail', 'skipped', 'runtime error', 'partial success']) | list %}
        {% set missing = with_parents(incremental_nodes()) | reject('in', done) | list %}
        {% if incremental_nodes() and not failed and not missing %}
            {% do adapter.ensure_transaction() %}
            {% do run_query('truncate landing.last_build') %}
            {% do run_query(
                'insert into landing.last_build select ' ~ string_literal(build_fingerprint())
                ~ ', least(known_before, ' ~ first_future_moment() ~ '), true from '
                ~ built_relation('int_run_context')
            ) %}
            {% for table, columns, origin in [
                ('built_deliveries', 'source_name, delivered_in, version', 'landing.deliveries'),
                ('built_exchange_rates', 'currency, rate_date, exchange_rate', built_relation('int_exchange_rates_filled')),
                ('built_dates', 'valued_at, valued_on, is_backtested, fingerprint', built_relation('int_dates_listed')),
                ('built_identities', 'source_customer_id, customer_id', built_relation('int_customers_resolved')),
                ('built_product_costs', 'product_id, unit_cost, valid_from, valid_before', built_relation('int_product_costs_dated')),
            ] %}
                {% do run_query('truncate landing.' ~ table) %}
                {% do run_query('insert into landing.' ~ table ~ ' select ' ~ columns ~ ' from ' ~ origin) %}
            {% endfor %}
            {% do adapter.commit() %}
        {% endif %}
    {% endif %}
{% endmacro %}


{#- nodes: list of models. Returns their ids, and those of all models that they are made from. -#}
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


{% macro built_relation(model_name) %}
    {% set node = graph.nodes['model.' ~ project_name ~ '.' ~ model_name] %}
    {{ return(api.Relation.create(node.database, node.schema, node.alias)) }}
{% endmacro %}
