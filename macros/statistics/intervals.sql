{% macro z_of_95_percent() %}{{ return('1.959964e0') }}{% endmacro %}

{% macro two_sided_p_value(z) -%}
    {%- set step = '(1 + 0.2316419e0 * ' ~ z ~ ')' -%}
    (0.79788456080286536e0 * {{ bounded_exp('-0.5e0 * ' ~ z ~ ' * ' ~ z) }}
    * (0.319381530e0 + (-0.356563782e0 + (1.781477937e0 + (-1.821255978e0 + 1.330274429e0 / {{ step }}) / {{ step }}) / {{ step }}) / {{ step }})
    / {{ step }})
{%- endmacro %}

{% macro z_of_p_value(p_value) -%}
    {%- set root = 'sqrt(-2 * ln(' ~ p_value ~ ' / 2))' -%}
    ({{ root }} - (2.515517e0 + {{ root }} * (0.802853e0 + {{ root }} * 0.010328e0))
    / (1 + {{ root }} * (1.432788e0 + {{ root }} * (0.189269e0 + {{ root }} * 0.001308e0))))
{%- endmacro %}

{% macro normal_quantile(probability) -%}
    case
        when {{ probability }} < 5e-1 then -{{ z_of_p_value('(2 * (' ~ probability ~ '))') }}
        else {{ z_of_p_value('(2 * (1 - (' ~ probability ~ ')))') }}
    end
{%- endmacro %}

{#- From the middle of a normal distribution to the ends of an interval by var interval. -#}
{% macro z_of_interval() -%}
    {{ z_of_p_value('(1 - ' ~ var('interval') ~ 'e0)') }}
{%- endmacro %}

{#- Of less than one expected order, what chance does is that of one: else the factor has no bound. -#}
{% macro interval_factor(log_variance, orders) -%}
    case
        when {{ orders }} > 0 then exp({{ z_of_interval() }} * sqrt({{ log_variance }} + 15e-1 / greatest({{ orders }}, 1e0)))
    end
{%- endmacro %}

{% macro student_t_of_z(z, degrees_of_freedom) -%}
    {%- set factor = '(8 * ' ~ degrees_of_freedom ~ ' + 3) / (8 * ' ~ degrees_of_freedom ~ ' + 1)' -%}
    sqrt({{ degrees_of_freedom }} * ({{ bounded_exp('power(' ~ z ~ ' * ' ~ factor ~ ', 2) / ' ~ degrees_of_freedom) }} - 1))
{%- endmacro %}

{% macro z_of_student_t(t, degrees_of_freedom) -%}
    ((8 * {{ degrees_of_freedom }} + 1) / (8 * {{ degrees_of_freedom }} + 3)
    * sqrt({{ degrees_of_freedom }} * ln(1 + {{ t }} * {{ t }} / {{ degrees_of_freedom }})))
{%- endmacro %}

{% macro variance_of_mean(rows, total, squares) -%}
    {%- set deviation = 'cast(' ~ squares ~ ' as ' ~ type_double() ~ ') - ' ~ ratio(total, rows) ~ ' * cast(' ~ total ~ ' as ' ~ type_double() ~ ')' -%}
    case
        when {{ rows }} > 1 and {{ squares }} is not null
            then case when {{ deviation }} > 1e-12 * {{ squares }} then ({{ deviation }}) / ({{ rows }} - 1) / {{ rows }} else 0 end
    end
{%- endmacro %}

{#- How far a distribution leans: its third moment about the mean over the variance to the power of 1.5. -#}
{% macro skewness(rows, total, squares, cubes) -%}
    {%- set mean = ratio(total, rows) -%}
    {%- set moment = '(' ~ ratio(squares, rows) ~ ' - ' ~ mean ~ ' * ' ~ mean ~ ')' -%}
    case
        when {{ moment }} > 1e-12 * {{ ratio(squares, rows) }}
            then ({{ ratio(cubes, rows) }} - 3 * {{ mean }} * {{ ratio(squares, rows) }} + 2 * power({{ mean }}, 3)) / power({{ moment }}, 15e-1)
    end
{%- endmacro %}

{#- Both groups are taken to lean and to vary as both together do: what a small one shows of itself is chance, and would make equal groups
    differ. Seven tenths of it, since the whole corrects too much (tests/python/test_intervals.py). -#}
{% macro skewness_of_difference(skewness, rows, other_skewness, other_rows) -%}
    {%- set one = '(1e0 / nullif(' ~ rows ~ ', 0))' -%}
    {%- set other = '(1e0 / nullif(' ~ other_rows ~ ', 0))' -%}
    7e-1 * coalesce(({{ rows }} * coalesce({{ skewness }}, 0) + {{ other_rows }} * coalesce({{ other_skewness }}, 0)) / nullif(
        case when {{ skewness }} is null then 0 else {{ rows }} end + case when {{ other_skewness }} is null then 0 else {{ other_rows }} end, 0
    ), 0) * ({{ one }} * {{ one }} - {{ other }} * {{ other }}) / power({{ one }} + {{ other }}, 15e-1)
{%- endmacro %}

{% macro skewed_quantile(quantile, skewness) -%}
    {%- set cube = '(1 + ' ~ skewness ~ ' * (' ~ quantile ~ ' - ' ~ skewness ~ ' / 6))' -%}
    case
        when abs({{ skewness }}) < 1e-6 then {{ quantile }}
        else 3 / {{ skewness }} * (sign({{ cube }}) * power(abs({{ cube }}), 1 / 3e0) - 1)
    end
{%- endmacro %}

{% macro welch_degrees_of_freedom(variance, rows, other_variance, other_rows) -%}
    (power({{ variance }} + {{ other_variance }}, 2) / nullif(
        power({{ variance }}, 2) / nullif({{ rows }} - 1, 0) + power({{ other_variance }}, 2) / nullif({{ other_rows }} - 1, 0), 0
    ))
{%- endmacro %}
