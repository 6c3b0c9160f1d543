{#- As the shrunken mean, of logarithms: spend is about lognormal within customers and between them, which gives the way back (Aitchison &
    Brown 1957, The lognormal distribution). Parameters: the company's geometric mean, and the variances of the logarithm. -#}
{% macro log_mean__expected_value(parameter, customer, level) -%}
    {{ log_mean_power(parameter, customer, level, 1) }}
{%- endmacro %}

{% macro log_mean__mean_variance(parameter, customer, level) -%}
    {{ log_mean_power(parameter, customer, level, 2) }} * (exp({{ log_mean_doubt(parameter, customer) }}) - 1)
{%- endmacro %}

{% macro log_mean__variance_within(parameter, customer, level) -%}
    {{ log_mean_power(parameter, customer, level, 2) }} * exp({{ log_mean_doubt(parameter, customer) }}) * (exp({{ parameter[2] }}) - 1)
{%- endmacro %}

{% macro log_mean_doubt(parameter, customer) -%}
    ({{ parameter[3] }} * (1 - {{ credibility(customer ~ '.log_occasions', parameter[2], parameter[3]) }}))
{%- endmacro %}

{% macro log_mean_power(parameter, customer, level, power) -%}
    (power({{ customer }}.valued_share, {{ power }}) * {{ bounded_exp(
        power ~ ' * (ln(' ~ parameter[1] ~ ') + (' ~ credibility(customer ~ '.log_occasions', parameter[2], parameter[3]) ~ ') * ('
        ~ levelled_log(customer, level) ~ ' - ln(' ~ parameter[1] ~ ')) + (' ~ parameter[2] ~ ' + ' ~ log_mean_doubt(parameter, customer) ~ ') / 2)'
    ) }})
{%- endmacro %}
