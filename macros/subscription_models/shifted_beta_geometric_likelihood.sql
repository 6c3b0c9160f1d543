{#- Shifted beta-geometric: at each renewal a customer leaves with a probability of her own, which differs between customers by a
    beta distribution. x: renewals decided, lost: 1 where the last of them was the one that she left at, else 0.
    Source: Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1), equations 5 and 6. -#}
{% macro shifted_beta_geometric_likelihood() %}
    {{ return({
        'parameters': ['alpha', 'beta'],
        'constants': [],
        'columns': ['lost'],
        'by_count': [
            {'a_b': 'alpha + beta', 'b_x': 'beta + x', 'a_b_x': 'alpha + beta + x', 'stays': 'beta + greatest(x - 1, 0)'},
            {
                'ln_survival': log_gamma('b_x') ~ ' - ' ~ log_gamma('beta') ~ ' - ' ~ log_gamma('a_b_x') ~ ' + ' ~ log_gamma('a_b'),
                'ln_odds_of_leaving': 'to_alpha - ln(stays)',
            },
        ],
        'by_count_scores': [
            {'digamma_a_b_x': digamma('a_b') ~ ' - ' ~ digamma('a_b_x')},
            {'digamma_b_x': digamma('b_x') ~ ' - ' ~ digamma('beta') ~ ' + digamma_a_b_x'},
        ],
        'by_row': [{'ln_leaving': 'lost * ln_odds_of_leaving'}],
        'by_row_scores': [],
        'log_likelihood': 'ln_survival + ln_leaving',
        'scores': ['alpha * digamma_a_b_x + lost', 'beta * digamma_b_x - lost * beta / stays'],
    }) }}
{% endmacro %}
