{% macro gamma_gamma__parameters() %}{{ return(['p', 'q', 'gamma']) }}{% endmacro %}

{% macro gamma_gamma__likelihood() %}
    {{ return({
        'parameters': gamma_gamma__parameters(),
        'in_units': ['gamma'],
        'columns': ['mean_value', 'ln_mean_value'],
        'by_count': [
            {'p_x': 'p * x'},
            {'p_x_q': 'p_x + q'},
            {'ln_base': log_gamma('p_x_q') ~ ' - ' ~ log_gamma('p_x') ~ ' - ' ~ log_gamma('q') ~ ' + q * to_gamma + p_x * ln(x)'},
        ],
        'by_count_scores': [
            {'digamma_p_x_q': digamma('p_x_q')},
            {
                'score_p': 'x * (digamma_p_x_q - ' ~ digamma('p_x') ~ ' + ln(x))',
                'score_q': 'digamma_p_x_q - ' ~ digamma('q') ~ ' + to_gamma',
            },
        ],
        'by_row': [{'ln_total': 'ln(gamma + x * mean_value)'}],
        'by_row_scores': [],
        'log_likelihood': 'ln_base + (p_x - 1) * ln_mean_value - p_x_q * ln_total',
        'scores': [
            'p * (score_p + x * (ln_mean_value - ln_total))',
            'q * (score_q - ln_total)',
            'q - gamma * p_x_q / (gamma + x * mean_value)',
        ],
    }) }}
{% endmacro %}

{#- gamma such that the average customer spends the mean. -#}
{% macro gamma_gamma__starts() %}
    {%- set starts = [] -%}
    {%- for p, q in [('1e0', '2e0'), ('1e0', '6e0'), ('6e0', '2e0'), ('6e0', '6e0'), ('4e1', '2e0'), ('4e1', '6e0')] -%}
        {%- do starts.append([p, q, '(' ~ q ~ ' - 1) / ' ~ p]) -%}
    {%- endfor -%}
    {{ return(starts) }}
{% endmacro %}

{% macro gamma_gamma__expected_value(parameter, customer, level) -%}
    {{ gamma_gamma_value(parameter, customer ~ '.x', customer ~ '.mean_repeat_value') }}
{%- endmacro %}

{% macro gamma_gamma__mean_variance(parameter, customer, level) -%}
    {{ gamma_gamma_variance(parameter, customer ~ '.x', customer ~ '.mean_repeat_value') }}
{%- endmacro %}

{% macro gamma_gamma__variance_within(parameter, customer, level) -%}
    {{ gamma_gamma_variance(parameter, customer ~ '.x', customer ~ '.mean_repeat_value', of_mean=false) }}
{%- endmacro %}

{% macro gamma_gamma_value(parameter, occasions, mean_value) -%}
    case
        when {{ parameter[1] }} * {{ occasions }} + {{ parameter[2] }} > 1
            then {{ parameter[1] }} * ({{ parameter[3] }} + {{ occasions }} * coalesce({{ mean_value }}, 0))
                / ({{ parameter[1] }} * {{ occasions }} + {{ parameter[2] }} - 1)
    end
{%- endmacro %}

{#- The scale of a customer's spend is inverse gamma; within, the variance of an occasion of given scale, over what the scale may be. -#}
{% macro gamma_gamma_variance(parameter, occasions, mean_value, of_mean=true) -%}
    {%- set shape = '(' ~ parameter[1] ~ ' * ' ~ occasions ~ ' + ' ~ parameter[2] ~ ')' -%}
    case
        when {{ shape }} > 2
            then {{ parameter[1] }} * {{ parameter[1] ~ ' / ' if of_mean }}
                {{- '(' ~ shape ~ ' - 1) / ' if not of_mean }}({{ shape }} - 2)
                * power(({{ parameter[3] }} + {{ occasions }} * coalesce({{ mean_value }}, 0)) / ({{ shape }} - 1), 2)
    end
{%- endmacro %}
