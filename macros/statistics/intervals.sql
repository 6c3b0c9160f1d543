{#- Intervals and p-values of means, from arithmetic, exp, ln and sqrt alone, since not every warehouse has the distributions. -#}

{#- How many standard errors a 95% interval of a normal estimate reaches to either side. -#}
{% macro z_of_95_percent() %}{{ return('1.959964') }}{% endmacro %}

{#- z: name of a SQL number >= 0. The probability that a standard normal number lies further from 0, to within 1.5e-7.
    Source: Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 26.2.17. -#}
{% macro two_sided_p_value(z) -%}
    {%- set step = '(1 + 0.2316419 * ' ~ z ~ ')' -%}
    (0.79788456080286536 * {{ bounded_exp('-0.5 * ' ~ z ~ ' * ' ~ z) }}
    * (0.319381530 + (-0.356563782 + (1.781477937 + (-1.821255978 + 1.330274429 / {{ step }}) / {{ step }}) / {{ step }}) / {{ step }})
    / {{ step }})
{%- endmacro %}

{#- p_value: name of a SQL number above 0, at most 1. The z whose two-sided p-value it is, to within 4.5e-4.
    Source: Abramowitz & Stegun (1964), 26.2.23. -#}
{% macro z_of_p_value(p_value) -%}
    {%- set root = 'sqrt(-2 * ln(' ~ p_value ~ ' / 2))' -%}
    ({{ root }} - (2.515517 + {{ root }} * (0.802853 + {{ root }} * 0.010328))
    / (1 + {{ root }} * (1.432788 + {{ root }} * (0.189269 + {{ root }} * 0.001308))))
{%- endmacro %}

{#- The number of Student's t distribution that is as unlikely as z of the normal one; z_of_student_t is its inverse. At z = 1.96 too large by
    0.3% with 5 degrees of freedom, 0.04% with 10, and by more with fewer: rather too wide an interval than too narrow.
    Source: Wallace (1959), Bounds on normal approximations to Student's and the chi-square distributions, Annals of Mathematical
    Statistics 30(4). -#}
{% macro student_t_of_z(z, degrees_of_freedom) -%}
    {%- set factor = '(8 * ' ~ degrees_of_freedom ~ ' + 3) / (8 * ' ~ degrees_of_freedom ~ ' + 1)' -%}
    sqrt({{ degrees_of_freedom }} * ({{ bounded_exp('power(' ~ z ~ ' * ' ~ factor ~ ', 2) / ' ~ degrees_of_freedom) }} - 1))
{%- endmacro %}

{% macro z_of_student_t(t, degrees_of_freedom) -%}
    ((8 * {{ degrees_of_freedom }} + 1) / (8 * {{ degrees_of_freedom }} + 3)
    * sqrt({{ degrees_of_freedom }} * ln(1 + {{ t }} * {{ t }} / {{ degrees_of_freedom }})))
{%- endmacro %}

{#- rows, total, squares: SQL numbers, how many values, their sum and the sum of their squares. The variance of their mean: the sample
    variance over rows, 0 where it is rounding alone; null with fewer than two rows. -#}
{% macro variance_of_mean(rows, total, squares) -%}
    {%- set deviation = 'cast(' ~ squares ~ ' as double precision) - ' ~ ratio(total, rows) ~ ' * cast(' ~ total ~ ' as double precision)' -%}
    case
        when {{ rows }} > 1 and {{ squares }} is not null
            then case when {{ deviation }} > 1e-12 * {{ squares }} then ({{ deviation }}) / ({{ rows }} - 1) / {{ rows }} else 0 end
    end
{%- endmacro %}

{#- Degrees of freedom of the difference between two means, given their variances and rows; null where neither varies.
    Source: Welch (1947), The generalization of 'Student's' problem when several different population variances are involved, Biometrika 34. -#}
{% macro welch_degrees_of_freedom(variance, rows, other_variance, other_rows) -%}
    (power({{ variance }} + {{ other_variance }}, 2) / nullif(
        power({{ variance }}, 2) / nullif({{ rows }} - 1, 0) + power({{ other_variance }}, 2) / nullif({{ other_rows }} - 1, 0), 0
    ))
{%- endmacro %}
