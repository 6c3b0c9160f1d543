{% macro duckdb__begin_transaction() %}{% do adapter.ensure_transaction() %}{% endmacro %}


{#- The list stands beside the build database, too: `clv forget` writes it. -#}
{% macro duckdb__kept_forgotten() %}
    {% if target.path == ':memory:' %}{{ return(none) }}{% endif %}
    {% set folder = modules.re.sub('/?[^/\\\\]*$', '', target.path) or '.' %}
    {% if not files_below(folder, ['forgotten.csv'])['forgotten.csv'] %}{{ return(none) }}{% endif %}
    {{ return(
        'select kind, value_hash from read_csv(' ~ string_literal(duckdb_path(folder ~ '/forgotten.csv'))
        ~ ", header = true, auto_detect = false, columns = {'kind': 'VARCHAR', 'value_hash': 'VARCHAR'})"
    ) }}
{% endmacro %}

{#- The key stands in a file beside the build database, which may be thrown away. -#}
{% macro duckdb__kept_identity_key() %}
    {% if target.path == ':memory:' %}{{ return('select cast(uuid() as varchar) as identity_key') }}{% endif %}
    {% set path = modules.re.sub('[^/\\\\]*$', '', target.path) ~ 'identity.key' %}
    {% if not files_below(modules.re.sub('/?identity[.]key$', '', path) or '.', ['identity.key'])['identity.key'] %}
        {% do run_query(
            "copy (select md5(cast(uuid() as varchar)) || md5(cast(uuid() as varchar))) to " ~ string_literal(path) ~ " (format csv, header false)"
        ) %}
    {% endif %}
    {% set query = "select trim(content, e' \\r\\n\\t') as identity_key from read_text(" ~ string_literal(duckdb_path(path)) ~ ")" %}
    {% if run_query('select count(*) from (' ~ query ~ ") as found where identity_key <> ''").rows[0][0] == 0 %}
        {{ exceptions.raise_compiler_error(
            path ~ ' is empty: it holds the key that ids of guests are made with. Restore it, or delete it, and guests get other ids.'
        ) }}
    {% endif %}
    {{ return(query) }}
{% endmacro %}
