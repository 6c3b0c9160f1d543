{% set parameters = prefixed('parameter_', range(1, most_parameters() + 1)) %}
with models as (
    select * from {{ ref('int_models_fitted') }} where is_usable
),

counts as (
    select distinct
        valued_at,
        x
    from {{ ref('int_customers_measured') }}
    where x is not null
),

-- the parameters themselves, then each a little larger: what predictions lose or gain by it is their uncertainty
variations as (
    {% for number in range(most_parameters() + 1) %}
    select {{ number }} as varied_parameter
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

counted as (
    select
        models.valued_at,
        models.model_name,
        models.clock,
        models.is_elected,
        variations.varied_parameter,
        {% for parameter in parameters %}
        models.{{ parameter }} * case when variations.varied_parameter = {{ loop.index }} then {{ variation_factor() }} else 1 end
            as {{ parameter }},
        {% endfor %}
        counts.x
    from models
    inner join counts
        on models.valued_at = counts.valued_at
    cross join variations
    where variations.varied_parameter = 0 or (models.is_elected and models.valued_at = {{ valued_now() }})
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
