{#- Fails for every row whose value is below min_value or above max_value (both allowed themselves), or no number at all: NaN and
    infinity, which are above all numbers. -#}
{% test in_range(model, column_name, min_value=none, max_value=none) %}
    select *
    from {{ model }}
    where
        {{ column_name }} is not null
        and not (
            1 = 1
            {%- if min_value is not none %} and {{ column_name }} >= {{ min_value }}{% endif %}
            and {{ column_name }} <= {{ max_value if max_value is not none else '1e300' }}
        )
{% endtest %}
