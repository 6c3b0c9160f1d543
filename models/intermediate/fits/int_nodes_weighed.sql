with models as (
    select * from {{ ref('int_models_varied') }}
),

counts as (
    select distinct
        valued_at,
        x
    from {{ ref('int_customer_histories_counted') }}
),

counted as (
    select
        models.*,
        counts.x
    from models
    inner join counts
        on models.valued_at = counts.valued_at
),

{% for model in fitted_purchase_models() %}
{{ model }}_counted as (
    select * from counted where model_name = '{{ model }}'
),

{{ model }} as (
    {{ purchase_model(model, 'nodes')(parameters_of(model, model ~ '_counted'), model ~ '_counted') }}
),
{% endfor %}

final as (
    {% for model in fitted_purchase_models() %}
    select {{ node_keys() | join(', ') }}, node, weight from {{ model }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
