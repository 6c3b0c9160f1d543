{{ config(materialized='iterated', has_few_rows=true, max_steps=search_steps()) }}

{% set models = searched_models() %}
{% for name, model in models.items() %}
    {% do model.update({'statistics': statistics_of(name, model, is_binned=true)}) %}
{% endfor %}
with sums as (
    select * from {{ ref('int_histories_summed') }}
),

started as (
    {% for name, model in models.items() %}
    {% set first = loop.first %}
    {% for start in model.starts %}
    {{ 'union all' if not (first and loop.first) }}
    select
        '{{ name }}' as model_name,
        valued_at as data_id,
        {{ loop.index }} as start_number,
        {% for number in range(1, most_parameters() + 1) %}
        cast({{ 'ln(' ~ start[number - 1] ~ ')' if start[number - 1] else 'null' }} as {{ type_double() }}) as ln_{{ number }},
        {% endfor %}
        0 as iterations,
        cast(null as {{ type_double() }}) as log_likelihood,
        false as is_at_rest
    from sums
    where {{ model.fitted_to }} >= {{ var('min_repeat_customers') }}
    {% endfor %}
    {% endfor %}
),

points as (
    select * from {{ last_step('started') }}
),

{{ newton_steps('points', models, search_candidates()) }}

select * from final
