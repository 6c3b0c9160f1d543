{#- What BG/NBD and MBG/NBD share: a rate of buying that is gamma (r, alpha) over customers, and a probability p of leaving after an
    occasion that is beta (a, b). With MBG/NBD the first occasion, too, is one to leave after.

    Given that the customer is still there, the rate has shape r + x and rate alpha + age, and p has a and `stays`. For a given p,
    expectations have a closed form; over p they are summed at nodes. Unlike the hypergeometric function of the paper the sum holds
    wherever the parameters lie, a = 1 and the boundary included. -#}

{% macro beta_dropout_parameters() %}{{ return(['r', 'alpha', 'a', 'b']) }}{% endmacro %}

{% macro beta_dropout_likelihood(leaves_at_once) %}
    {%- set chances = 'x + 1' if leaves_at_once else 'x' -%}
    {#- p_left: probability that the customer has left since the last occasion -#}
    {{ return({
        'parameters': beta_dropout_parameters(),
        'in_units': ['alpha'],
        'columns': ['t_x', 'age'],
        'by_count': [
            {'r_x': 'r + x', 'b_x': 'b + ' ~ chances, 'a_b': 'a + b', 'a_b_x': 'a + b + ' ~ chances},
            {
                'ln_base': log_gamma('r_x') ~ ' - ' ~ log_gamma('r') ~ ' + r * to_alpha + ' ~ log_gamma('b_x')
                    ~ ' - ' ~ log_gamma('a_b_x') ~ ' - ' ~ log_gamma('b') ~ ' + ' ~ log_gamma('a_b'),
                'can_leave': 'case when ' ~ chances ~ ' > 0 then 1e0 else 0e0 end',
                'ln_leaving': 'case when ' ~ chances ~ ' > 0 then to_a - ln(b_x - 1) else 0e0 end',
            },
        ],
        'by_count_scores': [
            {'digamma_a_b_x': digamma('a_b') ~ ' - ' ~ digamma('a_b_x')},
            {
                'score_r': digamma('r_x') ~ ' - ' ~ digamma('r') ~ ' + to_alpha',
                'score_b': digamma('b_x') ~ ' - ' ~ digamma('b') ~ ' + digamma_a_b_x',
                'leaving_b': 'case when ' ~ chances ~ ' > 0 then b / (b_x - 1) else 0e0 end',
            },
        ],
        'by_row': [
            {'ln_age': 'ln(alpha + age)'},
            {'silence': 'ln_age - ln(alpha + t_x)'},
            {'ln_odds': 'ln_leaving + r_x * silence'},
            {'small': bounded_exp('-abs(ln_odds)')},
        ],
        'by_row_scores': [{'p_left': 'can_leave * (case when ln_odds > 0 then 1e0 else small end) / (1 + small)'}],
        'log_likelihood': 'ln_base - r_x * ln_age + can_leave * (greatest(ln_odds, 0e0) + ln(1 + small))',
        'scores': [
            'r * (score_r - ln_age + p_left * silence)',
            'r - alpha * r_x * ((1 - p_left) / (alpha + age) + p_left / (alpha + t_x))',
            'a * digamma_a_b_x + p_left',
            'b * score_b - p_left * leaving_b',
        ],
    }) }}
{% endmacro %}

{#- alpha such that everybody would buy as often as the average customer, or a little more. -#}
{% macro beta_dropout_starts() %}
    {%- set starts = [] -%}
    {%- for r, slowness, a, b in [
        ('3e-1', '5e-1', '1e-1', '1e0'),
        ('3e-1', '5e-1', '1e0', '4e0'),
        ('1e0', '7e-1', '1e-1', '1e0'),
        ('1e0', '7e-1', '1e0', '4e0'),
        ('4e0', '1e0', '1e-1', '1e0'),
        ('4e0', '1e0', '1e0', '4e0'),
        ('2e0', '2e-1', '2e-1', '1e-1'),
    ] -%}
        {%- do starts.append([r, r ~ ' * ' ~ slowness ~ ' / mean_x', a, b]) -%}
    {%- endfor -%}
    {{ return(starts) }}
{% endmacro %}

{% macro beta_dropout_alive(fit, history, stays) -%}
    1 / (1 + {{ fit.a }} / ({{ stays }} - 1)
        * {{ bounded_exp(
            '(' ~ fit.r ~ ' + ' ~ history ~ '.x) * ln((' ~ fit.alpha ~ ' + ' ~ history ~ '.age) / (' ~ fit.alpha ~ ' + ' ~ history ~ '.t_x))'
        ) }})
{%- endmacro %}

{#- The logit of p, whose distribution is about normal, in equal steps; what the nodes lack of the probability and of the mean of p lies
    at the ends. -#}
{% macro beta_nodes(source, a, stays) -%}
    with numbers as (
        select cast(generated_number - 1 as {{ type_double() }}) as number
        from ({{ dbt.generate_series(256) }}) as generated
    ),
    {{ layered('spaced', source, [
        {'shape': a, 'stays': stays, 'total': a ~ ' + ' ~ stays},
        {
            'centre': 'ln((shape + 1) / (stays + 1))',
            'spread': 'sqrt(1 / (shape + 1) + 1 / (stays + 1))',
            'ln_beta': log_gamma('shape') ~ ' + ' ~ log_gamma('stays') ~ ' - ' ~ log_gamma('total'),
        },
        {'distance': 'least(65e-2, 7e-1 * spread)'},
        {
            'nodes_below': 'ceil(greatest(85e-1 * spread, 32 / (shape + 1)) / distance)',
            'nodes_above': 'ceil(greatest(85e-1 * spread, 22 / (stays + 1)) / distance)',
        },
    ]) }},
    {{ layered('weighed', 'spaced inner join numbers on numbers.number <= spaced.nodes_below + spaced.nodes_above', [
        {'logit': 'centre + (number - nodes_below) * distance'},
        {'tail': 'ln(1 + exp(-abs(logit)))'},
        {'ln_p': 'least(logit, 0e0) - tail', 'ln_stay': '-greatest(logit, 0e0) - tail'},
        {'node': 'exp(ln_p)', 'weight': 'distance * ' ~ bounded_exp('shape * ln_p + stays * ln_stay - ln_beta')},
    ]) }},
    ends as (
        select
            {{ node_keys() | join(', ') }},
            max(stays) / max(total) - {{ exact_sum('weight * (1 - node)', 15) }} as weight_at_0,
            max(shape) / max(total) - {{ exact_sum('weight * node', 15) }} as weight_at_1
        from weighed
        group by {{ node_keys() | join(', ') }}
    )
    select {{ node_keys() | join(', ') }}, node, weight from weighed
    union all
    select {{ node_keys() | join(', ') }}, 0e0, weight_at_0 from ends
    union all
    select {{ node_keys() | join(', ') }}, 1e0, weight_at_1 from ends
{%- endmacro %}

{% macro beta_dropout_future(fit, history) %}
    {{ return({
        'shape': fit.r ~ ' + ' ~ history ~ '.x',
        'rate': fit.alpha ~ ' + ' ~ history ~ '.age',
        'pace': 'nodes.node / (' ~ fit.alpha ~ ' + ' ~ history ~ '.age)',
    }) }}
{% endmacro %}

{#- By its series where p is too small for the closed form. -#}
{% macro beta_dropout_occasions(weeks) -%}
    case
        when (shape + 1) * pace * {{ weeks }} < 1e-3
            then shape * {{ weeks }} / rate * (1 - (shape + 1) * pace * {{ weeks }} * (5e-1 - (shape + 2) * pace * {{ weeks }} / 6))
        else (1 - {{ beta_dropout_silent(weeks) }}) / node
    end
{%- endmacro %}

{% macro beta_dropout_pairs(weeks) -%}
    case
        when (shape + 1) * pace * {{ weeks }} < 1e-3
            then (1 - node) * shape * (shape + 1) * power({{ weeks }} / rate, 2)
                * (1 - (shape + 2) * pace * {{ weeks }} * (2e0 / 3 - (shape + 3) * pace * {{ weeks }} / 4))
        else 2 * (1 - node) / node / node
            * (1 - {{ beta_dropout_silent(weeks) }} * (1 + shape * pace * {{ weeks }} / (1 + pace * {{ weeks }})))
    end
{%- endmacro %}

{% macro beta_dropout_silent(weeks) -%}
    exp(greatest(-shape * ln(1 + pace * {{ weeks }}), -700e0))
{%- endmacro %}

{% macro gamma_rate_gap(fit, share, x, age) -%}
    7 * ({{ fit.alpha }} + {{ age }}) * (exp(least(-ln({{ share }}) / ({{ fit.r }} + {{ x }}), 100)) - 1)
{%- endmacro %}

{#- B(a, stays + n - 1) / B(a, stays). -#}
{% macro beta_dropout_keeps_buying(fit, stays, number) -%}
    {%- set later = '(' ~ stays ~ ' + ' ~ number ~ ' - 1)' -%}
    {%- set total, later_total = '(' ~ fit.a ~ ' + ' ~ stays ~ ')', '(' ~ fit.a ~ ' + ' ~ stays ~ ' + ' ~ number ~ ' - 1)' -%}
    {{ bounded_exp(
        log_gamma(later) ~ ' - ' ~ log_gamma('(' ~ stays ~ ')') ~ ' + ' ~ log_gamma(total) ~ ' - ' ~ log_gamma(later_total)
    ) }}
{%- endmacro %}
