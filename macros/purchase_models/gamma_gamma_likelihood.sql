{#- Gamma-Gamma: each of a customer's x occasions is worth a gamma of shape p, whose scale differs between customers by a gamma of shape q.
    Source: Fader & Hardie (2013), The Gamma-Gamma model of monetary value, equation 1a. -#}
{% macro gamma_gamma_likelihood() %}
    {{ return({
        'parameters': ['p', 'q', 'gamma'],
        'constants': [],
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
