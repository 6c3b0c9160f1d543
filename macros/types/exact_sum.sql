{#- number: SQL double precision. Its sum, the same in whatever order an engine adds: of whole multiples of 10^-decimals. Where a term is
    beyond 9 * 10^(18 - decimals), or none at all, the plain sum. -#}
{% macro exact_sum(number, decimals=12) -%}
    {%- set limit = '9e' ~ (18 - decimals) -%}
    {%- set unit = '1e' ~ decimals -%}
    case
        when max(abs({{ number }})) < {{ limit }}
            then cast(sum(cast(round(case when abs({{ number }}) < {{ limit }} then {{ number }} end * {{ unit }}) as bigint)) as double precision)
                / {{ unit }}
        else sum({{ number }})
    end
{%- endmacro %}
