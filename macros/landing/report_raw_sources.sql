{% macro report_raw_sources(sample_rows=none) %}
    {% do check_vars() %}
    {% set report = [] %}
    {% set findings = inspect_raw_sources() %}
    {% set samples = sample_raw_sources(findings, sample_rows) if sample_rows is not none else {} %}
    {% set has_orders = findings | selectattr('source', 'equalto', 'orders') | selectattr('mapping') | list %}
    {% for finding in findings %}
        {% set missing = [] %}
        {% for column in finding.contract if column.name not in finding.mapping and not (has_orders and column.config.meta.get('flat_log')) %}
            {% do missing.append(column.name) %}
        {% endfor %}
        {% set files = [] %}
        {% for file in finding.files %}
            {% do files.append({'delivered_in': file.delivered_in, 'format': file.format, 'columns': file.columns}) %}
        {% endfor %}
        {% set is_found = finding.files or finding.relation %}
        {% do report.append({
            'source': finding.source,
            'relation': finding.relation | string if finding.relation else none,
            'files': files,
            'mapping': finding.mapping,
            'missing': missing if is_found else [],
            'without': finding.without,
            'problems': finding.problems,
            'sample': samples.get(finding.source, {}),
        }) %}
    {% endfor %}
    {% do log('raw_sources ' ~ tojson(report), info=true) %}
{% endmacro %}
