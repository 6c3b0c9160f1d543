{#- Hashes are small: only rows whose hash comes twice are looked at closely. -#}
{% macro rows_of_repeated_keys(model, columns, among='true') %}
    select
        {{ columns | join(', ') }},
        count(*) as rows_of_key
    from {{ model }}
    where ({{ among }}) and {{ row_hash(columns) }} in (
        select {{ row_hash(columns) }} from {{ model }} where ({{ among }}) group by {{ row_hash(columns) }} having count(*) > 1
    )
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endmacro %}


{#- A build of a selection looks at the models that it built, `dbt test` at all of them. -#}
{% macro repeated_keys(keys, primary_keys={}) %}
    {% set queries = [] %}
    {% for model, columns in keys.items() | list + primary_keys.items() | list %}
        {% set relation = ref(model) %}
        {% if not execute or flags.WHICH != 'build' or own_model(model).unique_id in selected_resources %}
            {% do queries.append(texts_of_keys(model, columns, rows_of_repeated_keys(relation, columns))) %}
            {% if model in primary_keys %}
                {% do queries.append(texts_of_keys(model, columns, rows_of_unknown_keys(relation, columns))) %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {{ return(queries | join(' union all ') or 'select 1 as rows_of_key where 1 = 0') }}
{% endmacro %}


{% macro texts_of_keys(model, columns, rows) %}
    {% set values = [] %}
    {% for column in columns %}
        {% do values.append("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), 'NULL')") %}
    {% endfor %}
    select
        '{{ model }}' as model_name,
        '{{ columns | join(', ') }}' as key_columns,
        {{ values | join(" || ', ' || ") }} as key_values,
        rows_of_key
    from ({{ rows }}) as keys_found
{% endmacro %}


{% macro rows_of_unknown_keys(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as rows_of_key
    from {{ model }}
    where {{ columns | join(' is null or ') }} is null
    group by {{ columns | join(', ') }}
{% endmacro %}
