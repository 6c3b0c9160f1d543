{% macro is_settled_note(orders=none) -%}
    {%- set prefix = orders ~ '.' if orders else '' -%}
    (coalesce({{ prefix }}revenue_before_refunds, 0) < 0 and {{ prefix }}is_fully_refunded)
{%- endmacro %}
