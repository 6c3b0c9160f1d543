{#- number: SQL double precision. Its sum, the same in whatever order an engine adds: a sum of whole multiples of 1e-12. Where a term is
    beyond ±9e6, or none at all, the plain sum. -#}
{% macro exact_sum(number) -%}
    case
        when max(abs({{ number }})) < 9e6
            then cast(sum(cast(round(case when abs({{ number }}) < 9e6 then {{ number }} end * 1e12) as bigint)) as double precision) / 1e12
        else sum({{ number }})
    end
{%- endmacro %}
