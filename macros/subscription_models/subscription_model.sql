{#- Where models of subscriptions are told apart: each is a file of this folder, a macro <model>__<part> for every part. -#}

{% macro subscription_model(model, part) %}
    {{ return(context[model ~ '__' ~ part]) }}
{% endmacro %}

{% macro subscription_models() %}
    {{ return(macros_ending_with('__retention')) }}
{% endmacro %}

{% macro most_subscription_parameters() %}
    {%- set sizes = [] -%}
    {%- for name in subscription_models() -%}
        {%- do sizes.append(subscription_model(name, 'likelihood')().parameters | length) -%}
    {%- endfor -%}
    {{ return(sizes | max) }}
{% endmacro %}

{% macro retention_by_model(fit, renewal) -%}
    case {{ fit }}.model_name
        {%- for model in subscription_models() %}
        {%- set parameters = {} -%}
        {%- for parameter in subscription_model(model, 'likelihood')().parameters -%}
            {%- do parameters.update({parameter: fit ~ '.parameter_' ~ loop.index}) -%}
        {%- endfor %}
        when '{{ model }}' then {{ subscription_model(model, 'retention')(parameters, renewal) }}
        {%- endfor %}
    end
{%- endmacro %}

{% macro discounted_survival(ln_survival, age, ln_survival_later, age_later, discount_rate) -%}
    {{ bounded_exp(
        ln_survival_later ~ ' - ' ~ ln_survival ~ ' - (' ~ age_later ~ ' - ' ~ age ~ ' - 1) * ln(1 + ' ~ discount_rate ~ ')'
    ) }}
{%- endmacro %}
