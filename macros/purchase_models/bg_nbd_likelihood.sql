{#- BG/NBD and, with is_mbg = 1, MBG/NBD, which lets a customer leave after the first occasion, too.
    p_left: probability that the customer has left since the last occasion.
    Sources: Fader, Hardie & Lee (2005), Counting your customers the easy way, Marketing Science 24(2), equation 6;
    Batislam, Denizel & Filiztekin (2007), International Journal of Research in Marketing 24(3). -#}
{% macro bg_nbd_likelihood() %}
    {{ return({
        'parameters': ['r', 'alpha', 'a', 'b'],
        'constants': ['is_mbg'],
        'columns': ['t_x', 'age'],
        'by_count': [
            {'r_x': 'r + x', 'b_x': 'b + x + is_mbg', 'a_b': 'a + b', 'a_b_x': 'a + b + x + is_mbg'},
            {
                'ln_base': log_gamma('r_x') ~ ' - ' ~ log_gamma('r') ~ ' + r * to_alpha + ' ~ log_gamma('b_x')
                    ~ ' - ' ~ log_gamma('a_b_x') ~ ' - ' ~ log_gamma('b') ~ ' + ' ~ log_gamma('a_b'),
                'can_leave': 'case when x + is_mbg > 0 then 1.0 else 0.0 end',
                'ln_leaving': 'case when x + is_mbg > 0 then to_a - ln(b_x - 1) else 0.0 end',
            },
        ],
        'by_count_scores': [
            {'digamma_a_b_x': digamma('a_b') ~ ' - ' ~ digamma('a_b_x')},
            {
                'score_r': digamma('r_x') ~ ' - ' ~ digamma('r') ~ ' + to_alpha',
                'score_b': digamma('b_x') ~ ' - ' ~ digamma('b') ~ ' + digamma_a_b_x',
                'leaving_b': 'case when x + is_mbg > 0 then b / (b_x - 1) else 0.0 end',
            },
        ],
        'by_row': [
            {'ln_age': 'ln(alpha + age)'},
            {'silence': 'ln_age - ln(alpha + t_x)'},
            {'ln_odds': 'ln_leaving + r_x * silence'},
            {'small': bounded_exp('-abs(ln_odds)')},
        ],
        'by_row_scores': [{'p_left': 'can_leave * (case when ln_odds > 0 then 1.0 else small end) / (1 + small)'}],
        'log_likelihood': 'ln_base - r_x * ln_age + can_leave * (greatest(ln_odds, 0.0) + ln(1 + small))',
        'scores': [
            'r * (score_r - ln_age + p_left * silence)',
            'r - alpha * r_x * ((1 - p_left) / (alpha + age) + p_left / (alpha + t_x))',
            'a * digamma_a_b_x + p_left',
            'b * score_b - p_left * leaving_b',
        ],
    }) }}
{% endmacro %}
