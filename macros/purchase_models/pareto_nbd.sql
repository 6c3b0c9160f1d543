{#- Pareto/NBD: a rate of buying that is gamma (r, alpha) over customers, and a rate of leaving, at any time, that is gamma (s, beta). Source:
    Schmittlein, Morrison & Colombo (1987), Management Science 33(1).

    The time y at which a customer left, between the last occasion and now, is integrated over the logarithm of least(alpha, beta) + y at
    nodes of Gauss and Legendre. Where customers buy or leave fast the integral ends before now, where nothing is left of it: nodes would
    miss what is close to the last occasion. -#}

{% macro pareto_nbd__parameters() %}{{ return(['r', 'alpha', 's', 'beta']) }}{% endmacro %}

{% macro pareto_nbd__likelihood() %}
    {#- p_left: probability that the customer has left since the last occasion; near and far: the smaller and the larger of alpha and beta, plus t_x -#}
    {{ return({
        'parameters': pareto_nbd__parameters(),
        'in_units': ['alpha', 'beta'],
        'columns': ['t_x', 'age'],
        'by_count': [
            {'r_x': 'r + x', 'gap': 'abs(alpha - beta)'},
            {
                'ln_base': log_gamma('r_x') ~ ' - ' ~ log_gamma('r') ~ ' + r * to_alpha + s * to_beta',
                'of_near': 'case when alpha <= beta then r_x else s + 1 end',
                'of_far': 'case when alpha <= beta then s + 1 else r_x end',
                'fade_alpha': pareto_fade('r_x'),
                'fade_beta': pareto_fade('(s + 1)'),
            },
        ],
        'by_count_scores': [{'score_r': digamma('r_x') ~ ' - ' ~ digamma('r') ~ ' + to_alpha'}],
        'by_row': [
            {
                'near': 'least(alpha, beta) + t_x',
                'ln_alpha_t_x': 'ln(alpha + t_x)',
                'ln_beta_t_x': 'ln(beta + t_x)',
                'ln_alpha_age': 'ln(alpha + age)',
                'ln_beta_age': 'ln(beta + age)',
                'lapse': 'least(age - t_x, (alpha + t_x) * fade_alpha, (beta + t_x) * fade_beta)',
            },
            {'width': 'ln(1 + lapse / near)'},
            {'total': sum_over_nodes(pareto_term())},
            {'ln_odds': 'r_x * (ln_alpha_age - ln_alpha_t_x) + s * (ln_beta_age - ln_beta_t_x) - ln_beta_t_x'
                ~ ' + to_s + ln(near) + ln(greatest(width * total, 1e-300))'},
            {'small': bounded_exp('-abs(ln_odds)')},
        ],
        'by_row_scores': [
            {
                'p_left': '(case when ln_odds > 0 then 1e0 else small end) / (1 + small)',
                'ln_near_left': 'width * ' ~ sum_over_nodes(pareto_term('<node>')) ~ ' / total',
                'ln_far_left': sum_over_nodes(pareto_term('ln((near * exp(width * <node>) + gap) / (near + gap))')) ~ ' / total',
                'by_near_left': sum_over_nodes(pareto_term('1 / exp(width * <node>)')) ~ ' / total',
                'by_far_left': sum_over_nodes(pareto_term('1 / (near * exp(width * <node>) + gap)')) ~ ' / total',
            },
            {
                'ln_alpha_left': 'ln_alpha_t_x + case when alpha <= beta then ln_near_left else ln_far_left end',
                'ln_beta_left': 'ln_beta_t_x + case when alpha <= beta then ln_far_left else ln_near_left end',
                'by_alpha_left': 'case when alpha <= beta then by_near_left / near else by_far_left end',
                'by_beta_left': 'case when alpha <= beta then by_far_left else by_near_left / near end',
            },
        ],
        'log_likelihood': 'ln_base - r_x * ln_alpha_age - s * ln_beta_age + greatest(ln_odds, 0e0) + ln(1 + small)',
        'scores': [
            'r * (score_r - (1 - p_left) * ln_alpha_age - p_left * ln_alpha_left)',
            'r - alpha * r_x * ((1 - p_left) / (alpha + age) + p_left * by_alpha_left)',
            's * (to_beta - (1 - p_left) * ln_beta_age - p_left * ln_beta_left) + p_left',
            's - beta * ((1 - p_left) * s / (beta + age) + p_left * (s + 1) * by_beta_left)',
        ],
    }) }}
{% endmacro %}

{#- A node's part of the integral, relative to the density at t_x. -#}
{% macro pareto_term(factor='1') -%}
    <weight> * {{ factor }}
    * exp((1 - of_near) * width * <node> - of_far * ln((near * exp(width * <node>) + gap) / (near + gap)))
{%- endmacro %}

{#- How far a time goes, relative to where it starts, until the density has fallen to e^-25. -#}
{% macro pareto_fade(power) -%}
    (exp(least(25e0 / {{ power }}, 50e0)) - 1)
{%- endmacro %}

{% macro pareto_nbd__starts() %}
    {%- set starts = [] -%}
    {%- for r, slowness, s, beta in [
        ('3e-1', '5e-1', '3e-1', '2e-1'),
        ('1e0', '7e-1', '5e-1', '1e0'),
        ('1e0', '5e-1', '2e0', '1e0'),
        ('4e0', '1e0', '2e-1', '5e-1'),
        ('2e0', '2e-1', '5e-1', '2e-2'),
        ('2e1', '1e-1', '2e-1', '1e-4'),
        ('1e0', '7e-1', '1e-4', '1e-7'),
    ] -%}
        {%- do starts.append([r, r ~ ' * ' ~ slowness ~ ' / mean_x', s, beta]) -%}
    {%- endfor -%}
    {{ return(starts) }}
{% endmacro %}

{% macro pareto_nbd__probability_alive(fit, history) -%}
    1 / (1 + {{ pareto_left(fit.r ~ ' + ' ~ history ~ '.x', fit.alpha, fit.s, fit.beta, history ~ '.t_x', history ~ '.age') }})
{%- endmacro %}

{#- The likelihood of having left in a time in which nothing was bought, as a multiple of that of being there at its end. -#}
{% macro pareto_left(r_x, alpha, s, beta, since, until) -%}
    {%- set reach -%}
        least(
            {{ until }} - {{ since }},
            ({{ alpha }} + {{ since }}) * {{ pareto_fade('(' ~ r_x ~ ')') }},
            ({{ beta }} + {{ since }}) * {{ pareto_fade('(' ~ s ~ ' + 1)') }}
        )
    {%- endset -%}
    {%- set near = '(least(' ~ alpha ~ ', ' ~ beta ~ ') + ' ~ since ~ ')' -%}
    {%- set growth = '(1 + ' ~ reach ~ ' / ' ~ near ~ ')' -%}
    {%- set passed = near ~ ' * (power(' ~ growth ~ ', <node>) - 1)' -%}
    {{ s }} * ln{{ growth }} * {{ sum_over_nodes(
        '<weight> * (' ~ near ~ ' + ' ~ passed ~ ') / (' ~ beta ~ ' + ' ~ since ~ ' + ' ~ passed ~ ') * ' ~ bounded_exp(
            '(' ~ r_x ~ ') * ln((' ~ alpha ~ ' + ' ~ until ~ ') / (' ~ alpha ~ ' + ' ~ since ~ ' + ' ~ passed ~ '))'
            ~ ' + ' ~ s ~ ' * ln((' ~ beta ~ ' + ' ~ until ~ ') / (' ~ beta ~ ' + ' ~ since ~ ' + ' ~ passed ~ '))'
        )
    ) }}
{%- endmacro %}

{% macro pareto_nbd__nodes(fit, source) -%}
    {{ single_node(source) }}
{%- endmacro %}

{#- Given that the customer is still there, the rate of buying has shape r + x and rate alpha + age, that of leaving s and beta + age. -#}
{% macro pareto_nbd__future(fit, history) %}
    {{ return({
        'shape': fit.r ~ ' + ' ~ history ~ '.x',
        'rate': fit.alpha ~ ' + ' ~ history ~ '.age',
        'leaving': fit.s,
        'patience': fit.beta ~ ' + ' ~ history ~ '.age',
    }) }}
{% endmacro %}

{% macro pareto_nbd__expected_occasions(weeks) -%}
    shape / rate * case
        when (leaving + 3) * {{ weeks }} / patience < 1e-3
            then {{ weeks }} * (1 - leaving * {{ weeks }} / patience * (5e-1 - (leaving + 1) * {{ weeks }} / patience / 6))
        else patience * {{ pareto_time('leaving - 1', weeks) }}
    end
{%- endmacro %}

{% macro pareto_nbd__expected_pairs(weeks) -%}
    shape * (shape + 1) / rate / rate * case
        when (leaving + 3) * {{ weeks }} / patience < 1e-3
            then power({{ weeks }}, 2)
                * (1 - leaving * {{ weeks }} / patience * (2e0 / 3 - (leaving + 1) * {{ weeks }} / patience / 4))
        else 2 * power(patience, 2) * ({{ pareto_time('leaving - 2', weeks) }} - {{ pareto_time('leaving - 1', weeks) }})
    end
{%- endmacro %}

{#- (1 - ((patience + weeks) / patience)^-power) / power; by its series where the power is close to 0. -#}
{% macro pareto_time(power, weeks) -%}
    {%- set length = 'ln(1 + ' ~ weeks ~ ' / patience)' -%}
    case
        when abs({{ power }}) * {{ length }} < 1e-4
            then {{ length }} * (1 - ({{ power }}) * {{ length }} * (5e-1 - ({{ power }}) * {{ length }} / 6))
        else (1 - {{ bounded_exp('-(' ~ power ~ ') * ' ~ length) }}) / ({{ power }})
    end
{%- endmacro %}

{% macro pareto_nbd__days_to_next(fit, share, x, age) -%}{{ gamma_rate_gap(fit, share, x, age) }}{%- endmacro %}

{% macro pareto_nbd__probability_silent(fit, history, weeks) -%}
    {%- set shape, rate, patience = fit.r ~ ' + ' ~ history ~ '.x', '(' ~ fit.alpha ~ ' + ' ~ history ~ '.age)', '(' ~ fit.beta ~ ' + ' ~ history ~ '.age)' -%}
    {{ bounded_exp('-(' ~ shape ~ ') * ln(1 + ' ~ weeks ~ ' / ' ~ rate ~ ') - ' ~ fit.s ~ ' * ln(1 + ' ~ weeks ~ ' / ' ~ patience ~ ')') }}
    * (1 + {{ pareto_left(shape, rate, fit.s, patience, '0e0', weeks) }})
{%- endmacro %}

{#- Whoever leaves does so at a node of one of four quarters of the way; who doesn't buys in all of the weeks. -#}
{% macro pareto_nbd__spans(fit, source) -%}
    {%- set ways = [['1e0', '0e0']] -%}
    {%- for quarter in range(4) -%}
        {%- for node, weight in gauss_legendre() -%}
            {%- do ways.append(['(' ~ quarter ~ ' + ' ~ node ~ ') / 4', weight ~ ' / 4']) -%}
        {%- endfor -%}
    {%- endfor -%}
    with {{ layered('spread', source ~ ' cross join ' ~ numbered(ways, ['way', 'way_weight'], 'ways'), [
        {'shape': fit.r ~ ' + x', 'rate': fit.alpha ~ ' + age', 'leaving': fit.s ~ ' * 1e0', 'patience': fit.beta ~ ' + age'},
        {'near': 'least(rate, patience)', 'lapse': 'least(weeks, patience * ' ~ pareto_fade('leaving') ~ ')'},
        {'width': 'ln(1 + lapse / near)'},
        {'span': 'case when way_weight > 0 then near * (exp(way * width) - 1) else weeks end'},
        {'weight': bounded_exp('-leaving * ln(1 + span / patience)')
            ~ ' * case when way_weight > 0 then way_weight * width * leaving * (near + span) / (patience + span) else 1 end'},
    ]) }}
    select * from spread
{%- endmacro %}

{% macro pareto_nbd__keeps_buying(fit, history, number) -%}
    cast(1 as {{ type_double() }})
{%- endmacro %}
