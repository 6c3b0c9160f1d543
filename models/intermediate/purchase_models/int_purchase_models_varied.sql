with models as (
    select * from {{ ref('int_purchase_models_chosen') }}
),

-- the parameters themselves, then each a little larger: what predictions lose or gain by it is their uncertainty
variations as (
    select 'none' as varied_parameter
    union all
    select 'r' as varied_parameter
    union all
    select 'alpha' as varied_parameter
    union all
    select 'a' as varied_parameter
    union all
    select 'b' as varied_parameter
),

final as (
    select
        models.cutoff_date,
        models.is_as_of,
        models.model_name,
        models.is_chosen,
        variations.varied_parameter,
        models.is_mbg,
        models.r * {{ variation('r') }} as r,
        models.alpha * {{ variation('alpha') }} as alpha,
        models.a * {{ variation('a') }} as a,
        models.b * {{ variation('b') }} as b
    from models
    cross join variations
    where variations.varied_parameter = 'none' or (models.is_as_of and models.is_chosen)
)

select * from final
