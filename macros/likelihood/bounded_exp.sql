{% macro bounded_exp(exponent) -%}
    exp(greatest(least({{ exponent }}, 700e0), -700e0))
{%- endmacro %}
