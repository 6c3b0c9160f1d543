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

{% macro shifted_beta_geometric_retention(alpha, beta, renewal) -%}
    case
        when {{ renewal }} = 0 then cast(1 as {{ type_double() }})
        else ({{ beta }} + ({{ renewal }} - 1)) / ({{ alpha }} + {{ beta }} + ({{ renewal }} - 1))
    end
{%- endmacro %}
{% macro discounted_survival(ln_survival, age, ln_survival_later, age_later, discount_rate) -%}
    {{ bounded_exp(
        ln_survival_later ~ ' - ' ~ ln_survival ~ ' - (' ~ age_later ~ ' - ' ~ age ~ ' - 1) * ln(1 + ' ~ discount_rate ~ ')'
    ) }}
{%- endmacro %}
