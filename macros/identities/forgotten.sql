{#- Persons who were forgotten are known by keyed hashes of their ids, emails and orders, in table landing.forgotten. Rows about them are
    left out where raw data land, and counted. -#}

{% macro keep_forgotten() %}
    {% do empty_table(landing_schema() ~ '.forgotten') %}
    {% set kept = kept_forgotten() %}
    {% if kept %}
        {% do run_query('insert into ' ~ landing_schema() ~ '.forgotten select kind, value_hash, true from (' ~ kept ~ ") as kept where kind <> 'key'") %}
        {% set made_with = run_query("select value_hash, " ~ forgotten_hash("''", 'key') ~ ' from (' ~ kept ~ ") as kept where kind = 'key'").rows %}
        {% if not made_with or made_with[0][0] != made_with[0][1] %}
            {{ exceptions.raise_compiler_error(
                'The list of those who were forgotten was made with another identity key, so that they would come back: restore that key'
                ~ ' (identity.key of the warehouse folder, or CLV_IDENTITY_KEY).'
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}


{% macro has_forgotten() %}
    {{ return(run_query('select count(*) from ' ~ landing_schema() ~ '.forgotten').rows[0][0] > 0) }}
{% endmacro %}


{% macro forgotten_fingerprint() %}
    {% if not adapter.get_relation(target.database, landing_schema(), 'forgotten') %}{{ return('') }}{% endif %}
    {{ return(run_query(
        "select coalesce(min(value_hash), '') || coalesce(max(value_hash), '') || cast(count(*) as " ~ dbt.type_string() ~ ') from ' ~ landing_schema() ~ '.forgotten where is_kept'
    ).columns[0].values() | join) }}
{% endmacro %}


{#- As guest_id: hashed twice with the key. -#}
{% macro forgotten_hash(value, kind) %}
    {% set key = '(select max(identity_key) from ' ~ landing_schema() ~ '.identity_keys)' %}
    {{ return(dbt.hash(key ~ ' || ' ~ dbt.hash(key ~ " || '" ~ kind ~ ":' || " ~ value))) }}
{% endmacro %}


{% macro is_forgotten(columns) %}
    {% set values = {'customer_id': ['id', read_id('customer_id')], 'email': ['email', normalised_email('email')], 'order_id': ['order', read_id('order_id')]} %}
    {#- rows whose values were wiped out as they landed have the number of their place below zero -#}
    {% set conditions = ['delivered_row < 0'] %}
    {% for column, (kind, value) in values.items() if column in columns %}
        {% do conditions.append(
            column ~ ' is not null and ' ~ forgotten_hash(value, kind) ~ " in (select value_hash from " ~ landing_schema() ~ ".forgotten where kind = '" ~ kind ~ "')"
        ) %}
    {% endfor %}
    {{ return('coalesce(' ~ conditions | join(' or ') ~ ', false)') }}
{% endmacro %}


{#- So that their lines and refunds, which name no person, are left out with them. -#}
{% macro note_forgotten_orders(rows, columns) %}
    {% do run_query(
        "insert into " ~ landing_schema() ~ ".forgotten select distinct 'order', " ~ forgotten_hash(read_id('order_id'), 'order') ~ ', false from (' ~ rows
        ~ ') as delivered where order_id is not null and ' ~ is_forgotten(columns | reject('equalto', 'order_id') | list)
    ) %}
{% endmacro %}


{% macro count_forgotten_rows(source_name, rows, columns) %}
    {% do run_query(
        'update ' ~ landing_schema() ~ '.deliveries set forgotten_rows = (select count(*) from (' ~ rows ~ ') as delivered where ' ~ is_forgotten(columns)
        ~ ' and delivered.delivered_in = deliveries.delivered_in) where source_name = ' ~ string_literal(source_name)
    ) %}
{% endmacro %}
