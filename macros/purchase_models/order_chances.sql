{#- How many occasions there will be in the weeks ahead of a customer who is still there. What a model says of the n-th has two parts: that the
    process of buying reaches n in the span until the customer leaves, or the weeks are over (`spans`), a negative binomial chance; and
    that the customer has not left after any of the n - 1 before (`keeps_buying`). -#}

{% macro order_chances(model, source, keys, most) -%}
    {%- set fit = {} -%}
    {%- for parameter in purchase_model(model, 'parameters')() -%}{%- do fit.update({parameter: 'parameter_' ~ loop.index}) -%}{%- endfor -%}
    with numbers as (
        select cast(generated_number - 1 as {{ type_double() }}) as bought
        from ({{ dbt.generate_series(most + 1) }}) as generated
    ),
    spanned as (
        {{ purchase_model(model, 'spans')(fit, source) }}
    ),
    {{ layered('reached', 'spanned inner join numbers on numbers.bought <= spanned.most_orders', [
        {
            'shape_bought': 'shape + bought',
            'bought_1': 'bought + 1',
            'ln_weeks': 'ln(greatest(span, 1e-300)) - ln(rate + span)',
            'ln_silent': 'ln(rate) - ln(rate + span)',
        },
        {'chance': 'weight * ' ~ bounded_exp(
            log_gamma('shape_bought') ~ ' - ' ~ log_gamma('shape') ~ ' - ' ~ log_gamma('bought_1')
            ~ ' + shape * ln_silent + bought * ln_weeks'
        )},
    ]) }},
    counted as (
        select
            {{ keys | join(', ') }},
            bought,
            {{ kept((['x', 'age'] + prefixed('parameter_', range(1, most_parameters() + 1))) | reject('in', keys) | list) }},
            sum(chance) as chance
        from reached
        group by {{ keys | join(', ') }}, bought
    ),
    passed as (
        select
            *,
            bought + 1 as orders,
            1 - sum(chance) over (
                partition by {{ keys | join(', ') }}
                order by bought
                rows between unbounded preceding and current row
            ) as chance_to_reach
        from counted
    )
    select
        {{ keys | join(', ') }},
        cast(orders as integer) as orders,
        greatest(chance_to_reach, 0e0) * {{ purchase_model(model, 'keeps_buying')(fit, 'passed', 'orders') }} as chance
    from passed
{%- endmacro %}

{% macro whole_span(fit, source) -%}
    select
        *,
        {{ fit.r }} + x as shape,
        {{ fit.alpha }} + age as rate,
        weeks as span,
        cast(1 as {{ type_double() }}) as weight
    from {{ source }}
{%- endmacro %}

{% macro gamma_rate_silent(fit, history, weeks) -%}
    {{ bounded_exp(
        '-(' ~ fit.r ~ ' + ' ~ history ~ '.x) * ln(1 + ' ~ weeks ~ ' / (' ~ fit.alpha ~ ' + ' ~ history ~ '.age))'
    ) }}
{%- endmacro %}
