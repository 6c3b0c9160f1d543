{% macro fail_with_sentences(query) %}
    {% if execute and flags.WHICH in ['build', 'test'] %}
        {% set sentences = run_query(query).columns[0].values() %}
        {% if sentences %}
            {{ exceptions.raise_compiler_error(sentences | join('\n')) }}
        {% endif %}
    {% endif %}
{% endmacro %}
