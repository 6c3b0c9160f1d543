{#- spend, count: SQL, money and a number of customers or orders. Money per head; null where either is 0 or less, or unknown. -#}
{% macro cost_per(spend, count) -%}
    case
        when {{ spend }} > 0
            then {{ ratio(spend, count) }}
    end
{%- endmacro %}


{#- gain, spend: SQL money. What came of each unit of spend; null where spend is 0 or less, or unknown. -#}
{% macro return_on(gain, spend) -%}
    case
        when {{ spend }} > 0
            then {{ ratio(gain, spend) }}
    end
{%- endmacro %}
