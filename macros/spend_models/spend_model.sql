{#- What an occasion of a customer brings: candidates, each a file of this folder, a macro <model>__<part> for every part. Of ties the
    first predicts. -#}

{% macro spend_models() %}
    {{ return(['gamma_gamma', 'gamma_gamma_all', 'mean', 'log_mean']) }}
{% endmacro %}

{% macro candidate_spend_models() %}
    {{ return(spend_models() if var('spend_model') == 'auto' else [var('spend_model')]) }}
{% endmacro %}

{% macro by_spend_model(part, fit, customer, varied={}) -%}
    {%- set parameters = {} -%}
    {%- for number in range(1, 4) -%}
        {%- do parameters.update({number: '(' ~ fit ~ '.spend_' ~ number ~ ' * ' ~ varied[number] ~ ')' if number in varied else fit ~ '.spend_' ~ number}) -%}
    {%- endfor -%}
    case {{ fit }}.spend_model
        {%- for model in candidate_spend_models() %}
        when '{{ model }}' then {{ context[model ~ '__' ~ part](parameters, customer, varied.get(4)) }}
        {%- endfor %}
    end
{%- endmacro %}

{#- The first occasion stands at the level of the repeats; where that level is varied, at another. -#}
{% macro levelled_mean(customer, level) -%}
    {%- if level is none -%}
    {{ customer }}.mean_value
    {%- else -%}
    ({{ customer }}.mean_value + ({{ level }} - 1) * {{ customer }}.first_value / {{ customer }}.occasions)
    {%- endif -%}
{%- endmacro %}

{% macro levelled_log(customer, level) -%}
    {%- if level is none -%}
    {{ customer }}.mean_log
    {%- else -%}
    ({{ customer }}.mean_log + ln({{ level }}) * {{ customer }}.log_firsts / greatest({{ customer }}.log_occasions, 1))
    {%- endif -%}
{%- endmacro %}

{#- How far a customer's own mean is believed: Bühlmann (1967), Experience rating and credibility, ASTIN Bulletin 4(3). -#}
{% macro credibility(occasions, variance_within, variance_between) -%}
    case
        when {{ variance_between }} > 0
            then {{ occasions }} * {{ variance_between }} / ({{ occasions }} * {{ variance_between }} + {{ variance_within }})
        else 0e0
    end
{%- endmacro %}
