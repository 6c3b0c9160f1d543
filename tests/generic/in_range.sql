{#- Fails for every row whose value is below min_value or above max_value (both allowed themselves), or no number at all. -#}
{% test in_range(model, column_name, min_value=none, max_value=none) %}
    select *
    from {{ model }}
    where
        {{ column_name }} is not null
        and not (
            1 = 1
            {%- if min_value is not none %} and {{ column_name }} >= {{ min_value }}{% endif %}
            {%- if max_value is not none %} and {{ column_name }} <= {{ max_value }}{% endif %}
        )
{% endtest %}
