with models as (
    select * from {{ ref('int_purchase_models_chosen') }}
),

-- the parameters themselves, then each a little larger: what predictions lose or gain by it is their uncertainty
variations as (
    select 'none' as varied_parameter
    {%- for parameter in bg_nbd_likelihood().parameters %}
    union all
    select '{{ parameter }}' as varied_parameter
    {%- endfor %}
),

final as (
    select
        models.cutoff_date,
        models.is_as_of,
        models.model_name,
        models.is_chosen,
        variations.varied_parameter,
        models.is_mbg,
        {% for parameter in bg_nbd_likelihood().parameters %}
        models.{{ parameter }} * case when variations.varied_parameter = '{{ parameter }}' then {{ variation() }} else 1 end
            as {{ parameter }}{{ ',' if not loop.last }}
        {% endfor %}
    from models
    cross join variations
    where variations.varied_parameter = 'none' or (models.is_as_of and models.is_chosen)
)

select * from final
