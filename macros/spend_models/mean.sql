{#- Each customer's mean, shrunken towards the company's. Parameters: the company's mean, the variance within customers and that
    between them. -#}
{% macro mean__expected_value(parameter, customer, level) -%}
    ({{ parameter[1] }} + ({{ credibility(customer ~ '.occasions', parameter[2], parameter[3]) }})
        * ({{ levelled_mean(customer, level) }} - {{ parameter[1] }}))
{%- endmacro %}

{% macro mean__mean_variance(parameter, customer, level) -%}
    ({{ parameter[3] }} * (1 - {{ credibility(customer ~ '.occasions', parameter[2], parameter[3]) }}))
{%- endmacro %}

{% macro mean__variance_within(parameter, customer, level) -%}
    {{ parameter[2] }}
{%- endmacro %}
