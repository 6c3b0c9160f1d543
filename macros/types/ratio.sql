{#- numerator, denominator: SQL numbers. Their ratio in double precision; null where the denominator is 0 or unknown. -#}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double precision) / nullif(cast({{ denominator }} as double precision), 0)
{%- endmacro %}
