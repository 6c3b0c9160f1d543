{#- column: an amount that may be unknown. Its sum, or null where any row's is unknown: a part is not the whole. -#}
{% macro complete_sum(column) -%}
    case when count({{ column }}) = count(*) then sum({{ column }}) end
{%- endmacro %}
