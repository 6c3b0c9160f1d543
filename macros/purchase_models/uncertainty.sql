{#- How far predictions are off because parameters are estimates: the delta method. Source: Casella & Berger (2002), Statistical
    Inference, section 5.5.4. -#}

{#- By how much a parameter is varied to see what predictions depend on it, as a factor. -#}
{% macro variation_factor() %}{{ return('1.0001') }}{% endmacro %}

{#- parameter: name. SQL: that factor in rows whose varied_parameter is this one, else 1. -#}
{% macro variation(parameter) -%}
    case when variations.varied_parameter = '{{ parameter }}' then {{ variation_factor() }} else 1 end
{%- endmacro %}

{#- prediction: SQL number, proportional to `unvaried`, which is `varied` where a parameter is a little larger. Derivative of the
    prediction in the logarithm of that parameter; 0 where nothing is predicted. -#}
{% macro gradient(prediction, varied, unvaried) -%}
    coalesce({{ prediction }} * ({{ ratio(varied, unvaried) }} - 1) / ln({{ variation_factor() }}), 0)
{%- endmacro %}

{#- gradients: SQL relation with columns gradient_<parameter>; fit: SQL relation with the covariances of the parameters. The variance that
    the uncertainty of the parameters gives. -#}
{% macro quadratic_form(gradients, parameters, fit) -%}
    {%- set terms = [] -%}
    {%- for first in parameters -%}
        {%- set i = loop.index -%}
        {%- for second in parameters[i - 1:] -%}
            {%- do terms.append(
                ('' if loop.first else '2 * ') ~ gradients ~ '.gradient_' ~ first ~ ' * ' ~ gradients ~ '.gradient_' ~ second
                ~ ' * ' ~ fit ~ '.cov_' ~ i ~ (i + loop.index0)
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ terms | join(' + ') }}
{%- endmacro %}
