{#- How far beside the point the scores are taken for the second derivatives, in the logarithm of a parameter. -#}
{% macro probe_length() %}{{ return('1e-5') }}{% endmacro %}

{#- The logarithms between which a parameter is sought: the unit of the data is 1, so that nothing of interest lies beyond. -#}
{% macro lower_bound() %}{{ return('-20.0') }}{% endmacro %}
{% macro upper_bound() %}{{ return('12.0') }}{% endmacro %}

{#- Gains in log-likelihood that no longer matter: a fit rests once a step has brought less than the first, which makes the next one's gain
    about its square, or when the next promises less than the second. -#}
{% macro least_gain() %}{{ return('1e-4') }}{% endmacro %}
{% macro least_expected_gain() %}{{ return('1e-10') }}{% endmacro %}

{#- Pairs of damping and stretch: the steps that are tried beside each other while searching, and while polishing.
    The first stays where it is. -#}
{% macro search_candidates() %}{{ return([[0, 0], [0, 1], [0, 4], [0, 0.25], [0.1, 1], [1, 1], [10, 1], [1000, 1]]) }}{% endmacro %}
{% macro polish_candidates() %}{{ return([[0, 0], [0, 1], [0, 4], [0.1, 1], [10, 1]]) }}{% endmacro %}

{#- There are never so many points. Telling an engine so keeps it from taking them for as many as the statistics, which it then would
    not stream over its cores. -#}
{% macro most_points() %}{{ return(100000) }}{% endmacro %}

{#- The most rows of statistics that are searched as they are; more are put together in bins. -#}
{% macro most_unbinned_rows() %}{{ return(5000) }}{% endmacro %}

{#- The most steps from a starting point on coarse statistics, and from the best of them on the exact ones. -#}
{% macro search_steps() %}{{ return(40) }}{% endmacro %}
{% macro polish_steps() %}{{ return(5) }}{% endmacro %}

{#- Of a fit: the gain promised by one more step above which it has not converged, and the variance of the logarithm of a parameter
    above which the data doesn't tell it. -#}
{% macro tolerated_gain() %}{{ return('0.01') }}{% endmacro %}
{% macro largest_variance() %}{{ return('4') }}{% endmacro %}
