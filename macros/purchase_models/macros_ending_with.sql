{#- All names in one text: thousands of calls look among a thousand macros as a project is read. -#}
{% macro macros_ending_with(part) %}
    {% set found = [] %}
    {% for text in (context | join(' ') ~ ' ').split(part ~ ' ')[:-1] %}
        {% do found.append(text.split(' ')[-1]) %}
    {% endfor %}
    {{ return(found | sort) }}
{% endmacro %}
