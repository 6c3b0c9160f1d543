{% macro is_counted_status(status) -%}
    {%- set literals = [] -%}
    {%- for name in var('counted_order_statuses') -%}{%- do literals.append(string_literal(name | lower)) -%}{%- endfor -%}
    {{ status }} in ({{ literals | join(', ') }})
{%- endmacro %}
