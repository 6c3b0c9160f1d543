{% macro probe_length() %}{{ return('1e-5') }}{% endmacro %}

{#- The unit of the data is 1, so that nothing of interest lies beyond these. -#}
{% macro lower_bound() %}{{ return('-20e0') }}{% endmacro %}
{% macro upper_bound() %}{{ return('12e0') }}{% endmacro %}

{#- A step that gained less than the first makes the next one's gain about its square. -#}
{% macro least_gain() %}{{ return('1e-4') }}{% endmacro %}
{% macro least_expected_gain() %}{{ return('1e-10') }}{% endmacro %}

{% macro search_candidates() %}
    {{ return([['0e0', '0e0'], ['0e0', '1e0'], ['0e0', '4e0'], ['0e0', '25e-2'], ['1e-1', '1e0'], ['1e0', '1e0'], ['1e1', '1e0'], ['1e3', '1e0']]) }}
{% endmacro %}

{% macro polish_candidates() %}
    {{ return([['0e0', '0e0'], ['0e0', '1e0'], ['0e0', '4e0'], ['1e-1', '1e0'], ['1e1', '1e0']]) }}
{% endmacro %}

{#- Without it engines take points for as many as the statistics, and don't stream those over their cores. -#}
{% macro most_points() %}{{ return(100000) }}{% endmacro %}

{% macro most_unbinned_rows() %}{{ return(5000) }}{% endmacro %}

{% macro search_steps() %}{{ return(40) }}{% endmacro %}
{% macro polish_steps() %}{{ return(5) }}{% endmacro %}

{% macro tolerated_gain() %}{{ return('1e-2') }}{% endmacro %}
{% macro largest_variance() %}{{ return('4e0') }}{% endmacro %}
