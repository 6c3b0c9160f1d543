{#- exp of a SQL number, which some warehouses refuse where the result is too small or too large for a number. -#}
{% macro bounded_exp(exponent) -%}
    exp(greatest(least({{ exponent }}, 700.0), -700.0))
{%- endmacro %}
