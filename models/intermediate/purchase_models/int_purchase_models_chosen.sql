with purchase_models as (
    select * from {{ ref('int_purchase_models_fitted') }} where status in ('converged', 'boundary')
),

spend_models as (
    select * from {{ ref('int_spend_models_fitted') }} where status in ('converged', 'boundary') and q > 1
),

cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }}
),

ranked as (
    select
        *,
        row_number() over (partition by cutoff_date order by log_likelihood desc, model_name asc) as likelihood_rank
    from purchase_models
),

final as (
    select
        ranked.cutoff_date,
        cutoffs.is_as_of,
        ranked.model_name,
        ranked.likelihood_rank = 1 as is_chosen,
        ranked.is_mbg,
        ranked.r,
        ranked.alpha,
        ranked.a,
        ranked.b,
        spend_models.p,
        spend_models.q,
        spend_models.gamma,
        ranked.status
    from ranked
    inner join cutoffs
        on ranked.cutoff_date = cutoffs.cutoff_date
    left join spend_models
        on ranked.cutoff_date = spend_models.cutoff_date
)

select * from final
