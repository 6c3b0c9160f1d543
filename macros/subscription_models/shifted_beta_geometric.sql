{% macro shifted_beta_geometric__likelihood() %}
    {{ return({
        'parameters': ['alpha', 'beta'],
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

{#- At these the average customer leaves as often as was seen, and customers differ from much to little. -#}
{% macro shifted_beta_geometric__starts() %}
    {{ return([
        ['leaving', 'staying'],
        ['1e1 * leaving', '1e1 * staying'],
        ['1e2 * leaving', '1e2 * staying'],
    ]) }}
{% endmacro %}

{% macro shifted_beta_geometric__retention(fit, renewal) -%}
    case
        when {{ renewal }} = 0 then cast(1 as {{ type_double() }})
        else ({{ fit.beta }} + ({{ renewal }} - 1)) / ({{ fit.alpha }} + {{ fit.beta }} + ({{ renewal }} - 1))
    end
{%- endmacro %}
