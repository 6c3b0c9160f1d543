{{ config(materialized='iterated', has_few_rows=true, max_steps=search_steps()) }}

{% set models = {} %}
{% for name in subscription_models() %}
    {% do models.update({name: {
        'likelihood': subscription_model(name, 'likelihood')(),
        'starts': subscription_model(name, 'starts')(),
        'statistics': 'up_for_renewal',
    }}) %}
{% endfor %}
with up_for_renewal as (
    select * from {{ ref('int_subscription_renewals') }} where x > 0
),

rates as (
    select
        data_id,
        (sum(customers * lost) + 5e-1) / (sum(customers * x) + 1) as leaving,
        (sum(customers * x) - sum(customers * lost) + 5e-1) / (sum(customers * x) + 1) as staying
    from up_for_renewal
    group by data_id
    having sum(customers) >= {{ var('min_repeat_customers') }}
),

started as (
    {% for name, model in models.items() %}
    {% set first = loop.first %}
    {% for start in model.starts %}
    {{ 'union all' if not (first and loop.first) }}
    select
        '{{ name }}' as model_name,
        data_id,
        {{ loop.index }} as start_number,
        {% for number in range(1, most_parameters() + 1) %}
        cast({{ 'ln(' ~ start[number - 1] ~ ')' if start[number - 1] else 'null' }} as {{ type_double() }}) as ln_{{ number }},
        {% endfor %}
        0 as iterations,
        cast(null as {{ type_double() }}) as log_likelihood,
        false as is_at_rest
    from rates
    {% endfor %}
    {% endfor %}
),

points as (
    select * from {{ last_step('started') }}
),

{{ newton_steps('points', models, search_candidates()) }}

select * from final
