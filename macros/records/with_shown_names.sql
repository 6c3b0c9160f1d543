{% macro with_shown_names(relation, kinds) %}
    select
        keyed.*
        {%- for column, kind in kinds.items() %},
        coalesce({{ column }}_names.shown_name, keyed.{{ column }}) as shown_{{ column }}
        {%- endfor %}
    from {{ relation }} as keyed
    {%- for column, kind in kinds.items() %}
    left join {{ ref('int_names_shown') }} as {{ column }}_names
        on
            keyed.{{ column }} = {{ column }}_names.name_key
            and {{ column }}_names.name_kind = '{{ kind }}'
    {%- endfor %}
{% endmacro %}
