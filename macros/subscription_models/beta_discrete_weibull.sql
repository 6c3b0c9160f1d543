{#- Beta-discrete-Weibull: as the shifted beta-geometric, but that a customer's own chance to leave rises (c above 1) or falls from renewal to
    renewal: of those who stay with probability p at the first, p^(t^c) are there after t. Source: Fader, Hardie, Liu, Davin & Steenburgh
    (2018), Journal of Interactive Marketing 43, before p, beta over customers, is integrated out. -#}

{% macro beta_discrete_weibull__likelihood() %}
    {{ return({
        'parameters': ['alpha', 'beta', 'c'],
        'columns': ['lost'],
        'by_count': [
            {'passed': weibull_time('x', 'c'), 'passed_before': weibull_time('(x - 1)', 'c'), 'a_b': 'alpha + beta'},
            {
                'b_x': 'beta + passed',
                'a_b_x': 'a_b + passed',
                'b_before': 'beta + passed_before',
                'a_b_before': 'a_b + passed_before',
            },
            {
                'staying': log_staying('alpha', 'beta', 'a_b'),
                'staying_x': log_staying('alpha', 'b_x', 'a_b_x'),
                'staying_before': log_staying('alpha', 'b_before', 'a_b_before'),
            },
            {'ln_survival': 'staying_x - staying', 'ln_retention': 'least(staying_x - staying_before, -1e-14)'},
            {'leaving': '1 - ' ~ bounded_exp('ln_retention')},
        ],
        'by_count_scores': [
            {
                'by_alpha': digamma('a_b') ~ ' - ' ~ digamma('a_b_x'),
                'by_passed': digamma('b_x') ~ ' - ' ~ digamma('a_b_x'),
                'by_alpha_before': digamma('a_b') ~ ' - ' ~ digamma('a_b_before'),
                'by_passed_before': digamma('b_before') ~ ' - ' ~ digamma('a_b_before'),
                'by_none': digamma('a_b') ~ ' - ' ~ digamma('beta'),
            },
            {
                'score_alpha': 'alpha * by_alpha',
                'score_alpha_before': 'alpha * by_alpha_before',
                'score_beta': 'beta * (by_passed + by_none)',
                'score_beta_before': 'beta * (by_passed_before + by_none)',
                'score_c': 'c * by_passed * passed * ln(greatest(x, 1e0))',
                'score_c_before': 'c * by_passed_before * passed_before * ln(greatest(x - 1, 1e0))',
            },
        ],
        'by_row': [{'ln_odds_of_leaving': 'lost * (ln(leaving) - ln_retention)'}],
        'by_row_scores': [],
        'log_likelihood': 'ln_survival + ln_odds_of_leaving',
        'scores': [
            'score_alpha + lost * (score_alpha_before - score_alpha) / leaving',
            'score_beta + lost * (score_beta_before - score_beta) / leaving',
            'score_c + lost * (score_c_before - score_c) / leaving',
        ],
    }) }}
{% endmacro %}

{% macro beta_discrete_weibull__starts() %}
    {%- set starts = [['1e2 * leaving', '1e2 * staying', '1e0']] -%}
    {%- for c in ['6e-1', '1e0', '18e-1'] -%}
        {%- do starts.extend([['leaving', 'staying', c], ['1e1 * leaving', '1e1 * staying', c]]) -%}
    {%- endfor -%}
    {{ return(starts) }}
{% endmacro %}

{% macro beta_discrete_weibull__retention(fit, renewal) -%}
    {%- set stays = '(' ~ fit.beta ~ ' + ' ~ weibull_time(renewal, fit.c) ~ ')' -%}
    {%- set stays_before = '(' ~ fit.beta ~ ' + ' ~ weibull_time('(' ~ renewal ~ ' - 1)', fit.c) ~ ')' -%}
    {{ settled(bounded_exp(
        log_staying(fit.alpha, stays, '(' ~ fit.alpha ~ ' + ' ~ stays ~ ')')
        ~ ' - (' ~ log_staying(fit.alpha, stays_before, '(' ~ fit.alpha ~ ' + ' ~ stays_before ~ ')') ~ ')'
    ), 9) }}
{%- endmacro %}

{#- What is no time has passed none, so that all are there at the start. -#}
{% macro weibull_time(renewals, c) -%}
    case when {{ renewals }} > 0 then exp(least({{ c }} * ln(greatest({{ renewals }}, 1e0)), 23e0)) else 0e0 end
{%- endmacro %}

{#- Differences of large logarithms would hold few digits. -#}
{% macro log_staying(alpha, stays, total) -%}
    case
        when {{ stays }} > 1e6 * (1 + {{ alpha }})
            then -{{ alpha }} * (ln({{ stays }}) + ({{ alpha }} - 1) / (2 * {{ stays }}))
        else {{ log_gamma(stays) }} - {{ log_gamma(total) }}
    end
{%- endmacro %}
