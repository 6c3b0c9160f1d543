{#- How far beside the point the scores are taken for the second derivatives, in the logarithm of a parameter. -#}
{% macro probe_length() %}{{ return('1e-5') }}{% endmacro %}

{#- The logarithms between which a parameter is sought: the unit of the data is 1, so that nothing of interest lies beyond. -#}
{% macro lower_bound() %}{{ return(-20.0) }}{% endmacro %}
{% macro upper_bound() %}{{ return(12.0) }}{% endmacro %}

{% macro bounded(logarithm) -%}
    greatest({{ lower_bound() }}, least({{ upper_bound() }}, {{ logarithm }}))
{%- endmacro %}

{#- Whether a parameter stands at a bound that its score would push it over. -#}
{% macro is_pushed(logarithm, score) -%}
    ({{ logarithm }} <= {{ lower_bound() }} and {{ score }} < 0) or ({{ logarithm }} >= {{ upper_bound() }} and {{ score }} > 0)
{%- endmacro %}

{#- expression, or null where it is infinite or no number. -#}
{% macro finite(expression) -%}
    case when {{ expression }} between -1e300 and 1e300 then {{ expression }} end
{%- endmacro %}

{#- SQL: the longest component of the solution, not 0. -#}
{% macro longest(likelihood) -%}
    greatest(1e-12{% for _ in likelihood.parameters %}, abs({{ solution(likelihood, loop.index) }}){% endfor %})
{%- endmacro %}

{#- SQL: length of the gradient per customer. -#}
{% macro gradient_norm(likelihood) -%}
    sqrt({% for _ in likelihood.parameters %}g{{ loop.index }} * g{{ loop.index }}{{ ' + ' if not loop.last }}{% endfor %})
{%- endmacro %}

{#- SQL: by how much a further Newton step would raise the log-likelihood, half the product of gradient and step. -#}
{% macro expected_gain(likelihood) -%}
    0.5 * customers * ({% for _ in likelihood.parameters %}g{{ loop.index }} * {{ solution(likelihood, loop.index) }}{{ ' + ' if not loop.last }}{% endfor %})
{%- endmacro %}

{#- SQL columns: the covariances of the estimated logarithms, the inverse of the observed information. -#}
{% macro covariances(likelihood) -%}
    {%- set names = likelihood.parameters -%}
    {%- for first in names -%}
    {%- set i = loop.index -%}
    {%- for second in names[i - 1:] -%}
    {{ inverse(likelihood, i, i + loop.index0) }} / customers as cov_{{ first }}_{{ second }}
    {%- if not (i == names | length) %},
            {% endif -%}
    {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Pairs of damping and stretch: the steps that are tried beside each other while searching, and while polishing. -#}
{% macro search_candidates() %}{{ return([[0, 1], [0, 4], [0, 0.25], [0.1, 1], [1, 1], [10, 1], [1000, 1]]) }}{% endmacro %}
{% macro polish_candidates() %}{{ return([[0, 1], [0, 4], [0.1, 1], [10, 1]]) }}{% endmacro %}
