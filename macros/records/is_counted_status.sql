{% macro is_counted_status(status) -%}
    {{ is_status_of(status, var('counted_order_statuses')) }}
{%- endmacro %}


{% macro is_status_of(status, names) -%}
    {%- set literals = [] -%}
    {%- for name in names -%}
        {%- set word = name | trim | lower | replace(' ', '_') -%}
        {%- do literals.append(string_literal(word[3:] if word.startswith('wc-') else word)) -%}
    {%- endfor -%}
    replace(case when {{ status }} like 'wc-%' then substr({{ status }}, 4) else {{ status }} end, ' ', '_') in ({{ literals | unique | join(', ') }})
{%- endmacro %}
