{#- Gamma-Gamma on all occasions, the first at the level of the repeats: of who bought once, the first order says something, too. -#}
{% macro gamma_gamma_all__expected_value(parameter, customer, level) -%}
    {{ gamma_gamma_value(parameter, customer ~ '.occasions', levelled_mean(customer, level)) }}
{%- endmacro %}

{% macro gamma_gamma_all__mean_variance(parameter, customer, level) -%}
    {{ gamma_gamma_variance(parameter, customer ~ '.occasions', levelled_mean(customer, level)) }}
{%- endmacro %}

{% macro gamma_gamma_all__variance_within(parameter, customer, level) -%}
    {{ gamma_gamma_variance(parameter, customer ~ '.occasions', levelled_mean(customer, level), of_mean=false) }}
{%- endmacro %}
