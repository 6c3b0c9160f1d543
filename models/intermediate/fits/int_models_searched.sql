{{ config(materialized='iterated', max_steps=search_steps()) }}

{% set models = fitted_models() %}
{% for model in models.values() %}
    {% do model.update({'statistics': ref(model.histories ~ '_binned')}) %}
{% endfor %}
with points as (
    select * from {{ last_step(ref('int_models_started')) }}
),

{{ newton_steps('points', models, search_candidates()) }}

select * from final
