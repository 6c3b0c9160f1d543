{% macro cost_per(spend, count) -%}
    case
        when {{ spend }} > 0
            then {{ ratio(spend, count) }}
    end
{%- endmacro %}

{% macro return_on(gain, spend) -%}
    case
        when {{ spend }} > 0
            then {{ ratio(gain, spend) }}
    end
{%- endmacro %}
