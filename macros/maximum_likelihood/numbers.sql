{#- How far beside the point the scores are taken for the second derivatives, in the logarithm of a parameter. -#}
{% macro probe_length() %}{{ return('1e-5') }}{% endmacro %}

{#- The logarithms between which a parameter is sought: the unit of the data is 1, so that nothing of interest lies beyond. -#}
{% macro lower_bound() %}{{ return('-20.0') }}{% endmacro %}
{% macro upper_bound() %}{{ return('12.0') }}{% endmacro %}

{#- A gain in log-likelihood that no longer matters: a fit that gains less rests. -#}
{% macro least_gain() %}{{ return('1e-4') }}{% endmacro %}

{#- Pairs of damping and stretch: the steps that are tried beside each other while searching, and while polishing.
    The first stays where it is. -#}
{% macro search_candidates() %}{{ return([[0, 0], [0, 1], [0, 4], [0, 0.25], [0.1, 1], [1, 1], [10, 1], [1000, 1]]) }}{% endmacro %}
{% macro polish_candidates() %}{{ return([[0, 0], [0, 1], [0, 4], [0.1, 1], [10, 1]]) }}{% endmacro %}
