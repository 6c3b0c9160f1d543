{% macro last_step(first) -%}
    /* first */ {{ first }} /* or last step */
{%- endmacro %}


{% materialization iterated, default %}
    {% set existing = load_cached_relation(this) %}
    {% set target = this.incorporate(type='table') %}
    {% set at_rest = config.get('at_rest', 'is_at_rest') %}
    {% set steps = [] %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% set progress = namespace(moving=1, last=none) %}
    {% set most_steps = config.get('max_steps', 100) %}
    {% set at_once = all_steps(compiled_code, at_rest, most_steps) if config.get('has_few_rows') else none %}
    {% for number in range(1, (1 if at_once else most_steps) + 1) if progress.moving %}
        {% set step = target.incorporate(path={'identifier': this.identifier ~ '__step_' ~ number}) %}
        {% do adapter.drop_relation(step) %}
        {% call statement('step') %}
            {{ get_create_table_as_sql(False, step, at_once or step_from(compiled_code, progress.last)) }}
        {% endcall %}
        {% set statistics = gather_statistics(step) %}
        {% do run_query(statistics) if statistics %}
        {% if progress.last %}{% do adapter.drop_relation(progress.last) %}{% endif %}
        {% set progress.last = step %}
        {% set progress.moving = run_query('select count(*) from ' ~ step ~ ' where not ' ~ at_rest).rows[0][0] %}
        {% do steps.append(step) %}
    {% endfor %}
    {% if progress.moving %}
        {% do log(this.identifier ~ ': ' ~ progress.moving ~ ' rows have not come to rest after ' ~ most_steps ~ ' steps.', info=true) %}
    {% endif %}

    {% if existing %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% do adapter.rename_relation(progress.last, target) %}
    {% call noop_statement('main', steps | length ~ ' STEPS') %}{% endcall %}
    {% do create_indexes(target) %}
    {% do persist_docs(target, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{% macro step_from(code, last) %}
    {% if not last %}{{ return(code) }}{% endif %}
    {% set pieces = [] %}
    {% for piece in code.split('/* first */') %}
        {% do pieces.append(piece if loop.first else last ~ ' /* step */' ~ piece.split('/* or last step */')[1]) %}
    {% endfor %}
    {{ return(pieces | join) }}
{% endmacro %}
