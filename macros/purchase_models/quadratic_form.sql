{#- gradient: SQL relation with columns gradient_<parameter>, derivatives in the logarithm of each parameter; fit: SQL relation with their
    covariances. The variance that the uncertainty of the parameters gives, by the delta method. -#}
{% macro quadratic_form(gradient, parameters, fit) -%}
    {%- set terms = [] -%}
    {%- for first in parameters -%}
        {%- set i = loop.index -%}
        {%- for second in parameters[i - 1:] -%}
            {%- do terms.append(
                ('' if loop.first else '2 * ') ~ gradient ~ '.gradient_' ~ first ~ ' * ' ~ gradient ~ '.gradient_' ~ second
                ~ ' * ' ~ fit ~ '.cov_' ~ i ~ (i + loop.index0)
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ terms | join(' + ') }}
{%- endmacro %}
