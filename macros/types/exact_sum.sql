{% macro exact_sum(number, decimals=12) -%}
    {%- set limit = '9e' ~ (18 - decimals) -%}
    {%- set unit = '1e' ~ decimals -%}
    case
        when max(abs({{ number }})) < {{ limit }}
            then cast(sum(cast(round(case when abs({{ number }}) < {{ limit }} then {{ number }} end * {{ unit }}) as bigint)) as {{ type_double() }})
                / {{ unit }}
        else sum({{ number }})
    end
{%- endmacro %}
