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

{% macro expected_value(x, mean_value, p, q, gamma) -%}
    case
        when {{ x }} > 0 and {{ p }} * {{ x }} + {{ q }} > 1
            then {{ p }} * ({{ gamma }} + {{ x }} * {{ mean_value }}) / ({{ p }} * {{ x }} + {{ q }} - 1)
        when {{ q }} > 1 then {{ p }} * {{ gamma }} / ({{ q }} - 1)
    end
{%- endmacro %}
