with models as (
    select * from {{ ref('int_models_elected') }} where is_usable
),

-- the parameters themselves, then each a little larger: what predictions lose or gain by it is their uncertainty
variations as (
    {% for number in range(most_parameters() + 1) %}
    select {{ number }} as varied_parameter
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        models.valued_at,
        models.model_name,
        models.is_elected,
        variations.varied_parameter,
        {% for number in range(1, most_parameters() + 1) %}
        models.parameter_{{ number }} * case when variations.varied_parameter = {{ number }} then {{ variation_factor() }} else 1 end
            as parameter_{{ number }}{{ ',' if not loop.last }}
        {% endfor %}
    from models
    cross join variations
    where variations.varied_parameter = 0 or (models.is_elected and models.valued_at = {{ valued_now() }})
)

select * from final
