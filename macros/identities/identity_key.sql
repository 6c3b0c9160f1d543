{% macro keep_identity_key() %}
    {% set given = env_var('CLV_IDENTITY_KEY', '') %}
    {% set query = 'select ' ~ string_literal(given) if given else kept_identity_key() %}
    {% do empty_table(landing_schema() ~ '.identity_keys') %}
    {% do run_query('insert into ' ~ landing_schema() ~ '.identity_keys ' ~ query) %}
{% endmacro %}


{% macro identity_key_hash() %}
    {% if not adapter.get_relation(target.database, landing_schema(), 'identity_keys') %}{{ return('') }}{% endif %}
    {{ return(run_query('select ' ~ dbt.hash('identity_key') ~ ' from ' ~ landing_schema() ~ '.identity_keys').columns[0].values() | join) }}
{% endmacro %}
