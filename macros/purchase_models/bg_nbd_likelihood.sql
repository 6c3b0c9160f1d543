{% macro bg_nbd_likelihood() %}
    {{ return({
        'parameters': ['r', 'alpha', 'a', 'b'],
        'constants': ['is_mbg'],
        'columns': ['t_x', 'age'],
        'by_count': {
            'ln_base': log_gamma('r + x') ~ ' - ' ~ log_gamma('r') ~ ' + r * ln(alpha) + ' ~ log_gamma('b + x + is_mbg')
                ~ ' - ' ~ log_gamma('a + b + x + is_mbg') ~ ' - ' ~ log_gamma('b') ~ ' + ' ~ log_gamma('a + b'),
            'score_r': digamma('r + x') ~ ' - ' ~ digamma('r') ~ ' + ln(alpha)',
            'score_a': digamma('a + b') ~ ' - ' ~ digamma('a + b + x + is_mbg'),
            'score_b': digamma('b + x + is_mbg') ~ ' - ' ~ digamma('a + b + x + is_mbg') ~ ' - ' ~ digamma('b') ~ ' + ' ~ digamma('a + b'),
            'can_leave': 'case when x + is_mbg > 0 then 1.0 else 0.0 end',
            'ln_leaving': 'case when x + is_mbg > 0 then ln(a) - ln(b + x + is_mbg - 1) else 0.0 end',
            'leaving_b': 'case when x + is_mbg > 0 then b / (b + x + is_mbg - 1) else 0.0 end',
        },
        'by_row': [
            {'ln_age': 'ln(alpha + age)', 'silence': 'ln((alpha + age) / (alpha + t_x))'},
            {'ln_odds': 'ln_leaving + (r + x) * silence'},
            {'small': 'exp(-abs(ln_odds))'},
            {'p_left': 'can_leave * (case when ln_odds > 0 then 1.0 else small end) / (1 + small)'},
        ],
        'log_likelihood': 'ln_base - (r + x) * ln_age + can_leave * (greatest(ln_odds, 0.0) + ln(1 + small))',
        'scores': [
            'r * (score_r - ln_age + p_left * silence)',
            'r - alpha * (r + x) * ((1 - p_left) / (alpha + age) + p_left / (alpha + t_x))',
            'a * score_a + p_left',
            'b * score_b - p_left * leaving_b',
        ],
    }) }}
{% endmacro %}
