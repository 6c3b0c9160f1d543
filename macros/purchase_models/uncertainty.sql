{#- The delta method: Casella & Berger (2002), Statistical Inference, section 5.5.4. -#}

{% macro variation_factor() %}{{ return('1.0001e0') }}{% endmacro %}

{% macro gradient(prediction, varied, unvaried) -%}
    coalesce({{ prediction }} * ({{ ratio(varied, unvaried) }} - 1) / ln({{ variation_factor() }}), 0)
{%- endmacro %}

{% macro quadratic_form(gradients, covariances, size) -%}
    {%- set terms = [] -%}
    {%- for i in range(1, size + 1) -%}
        {%- for j in range(i, size + 1) -%}
            {%- do terms.append(('' if i == j else '2 * ') ~ gradients ~ i ~ ' * ' ~ gradients ~ j ~ ' * ' ~ covariances ~ i ~ j) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ terms | join(' + ') }}
{%- endmacro %}
