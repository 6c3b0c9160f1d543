{% macro report_raw_sources(sample_rows=none) %}
    {% do check_vars() %}
    {% set report = [] %}
    {% set sources = by_source(inspect_raw_sources()) %}
    {% set samples = sample_raw_sources(sources, sample_rows) if sample_rows is not none else {} %}
    {% set has_orders = sources.orders | selectattr('mapping') | list %}
    {% for source_name, parts in sources.items() %}
        {% set mapping, relations, files = {}, [], {} %}
        {% for finding in parts %}
            {% for column, mapped in finding.mapping.items() %}{% do mapping.setdefault(column, mapped.sql or mapped.column) %}{% endfor %}
            {% for carrier in [finding] + finding.inputs %}
                {% for relation in carrier.relations %}{% do relations.append(relation | string) %}{% endfor %}
                {% for file in carrier.files %}
                    {% do files.update({file.delivered_in: {'delivered_in': file.delivered_in, 'format': file.format, 'columns': file.columns}}) %}
                {% endfor %}
            {% endfor %}
        {% endfor %}
        {% set missing = [] %}
        {% for column in parts[0].contract if column.name not in mapping and not (has_orders and column.config.meta.get('flat_log')) %}
            {% do missing.append(column.name) %}
        {% endfor %}
        {% do report.append({
            'source': source_name,
            'relation': relations | unique | join(', ') or none,
            'files': files.values() | list,
            'mapping': mapping,
            'missing': missing if is_found(parts) else [],
            'without': parts[0].without,
            'max_expanded_gb': var('max_expanded_gb'),
            'problems': parts | map(attribute='problems') | sum(start=[]),
            'sample': samples.get(source_name, {}),
        }) %}
    {% endfor %}
    {% do log('raw_sources ' ~ tojson(report), info=true) %}
{% endmacro %}
