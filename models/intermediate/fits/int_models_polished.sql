{{ config(materialized='iterated', has_few_rows=true, max_steps=polish_steps()) }}

{% set models = searched_models() %}
{% for name, model in models.items() %}
    {% do model.update({'statistics': statistics_of(name, model, is_binned=false)}) %}
{% endfor %}
with ranked as (
    select
        *,
        row_number() over (
            partition by model_name, data_id
            order by {{ settled('log_likelihood', 4) }} desc nulls last, start_number asc
        ) as likelihood_rank
    from {{ ref('int_models_searched') }}
),

-- on the exact statistics the best point is worth something else
best as (
    select
        model_name,
        data_id,
        start_number,
        {{ prefixed('ln_', range(1, most_parameters() + 1)) | join(', ') }},
        iterations,
        cast(null as {{ type_double() }}) as log_likelihood,
        false as is_at_rest
    from ranked
    where likelihood_rank = 1
),

points as (
    select * from {{ last_step('best') }}
),

{{ newton_steps('points', models, polish_candidates()) }}

select * from final
