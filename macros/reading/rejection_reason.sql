{#- That the event lies in the future is said last: time cures it. -#}
{% macro rejection_reason(required=[], numbers=[], timestamps=[], event=none, rules={}, money=[], currency=none) -%}
    case
        {%- for column in required %}
        when {{ column }} is null then '{{ column }} is blank'
        {%- if column == 'customer_id' %}
        when {{ names_nobody(column) }} then '{{ column }} names nobody (var anonymous_customer_ids)'
        {%- endif %}
        {%- endfor %}
        {%- for column in numbers %}
        when {{ column }} is not null and {{ column }}_read is null then '{{ column }} is not a number of at most 1e15'
        {%- endfor %}
        {%- for column in money %}
        when {{ column }}_read is not null and {{ in_other_currency(column, currency or 'coalesce(upper(currency), ' ~ reporting_currency() ~ ')') }} then '{{ column }} is written in another currency than that of its row'
        {%- endfor %}
        {%- for column in timestamps %}
        when {{ column }} is not null and {{ column }}_read is null then '{{ column }} is not a date'
        {%- endfor %}
        {%- if event %}
        when {{ event }}_read < {{ earliest_event() }} then '{{ event }} lies before 1970'
        {%- endif %}
        {%- for reason, condition in rules.items() %}
        when {{ condition }} then '{{ reason }}'
        {%- endfor %}
        {%- if event %}
        when {{ event }}_read >= {{ first_future_moment() }} then '{{ event }} {{ future_reason() }}'
        {%- endif %}
    end
{%- endmacro %}


{% macro earliest_event() -%}cast('1970-01-02' as timestamp){%- endmacro %}

{% macro future_reason() -%}lies in the future{%- endmacro %}


{#- Two days after the run's clock or the as-of date, whichever is later: no time zone is that far ahead. -#}
{% macro first_future_moment() -%}
    {%- set clock = run_started_at.strftime('%Y-%m-%d') -%}
    {%- set latest = [clock, var('as_of_date') | string] | reject('equalto', 'None') | max -%}
    {{ dbt.dateadd('day', 2, "cast('" ~ latest ~ "' as timestamp)") }}
{%- endmacro %}
