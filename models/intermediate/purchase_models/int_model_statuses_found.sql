with run_context as (
    select * from {{ ref('int_run_context') }}
),

purchase_models as (
    select * from {{ ref('int_purchase_models_fitted') }}
),

spend_models as (
    select
        cutoff_date,
        case when status in ('converged', 'boundary') and q <= 1 then 'infinite_mean' else status end as status
    from {{ ref('int_spend_models_fitted') }}
),

-- the chosen model is the likeliest that can be used
ranked as (
    select
        cutoff_date,
        status,
        row_number() over (
            partition by cutoff_date
            order by
                case when status in ('converged', 'boundary') then 0 else 1 end asc,
                log_likelihood desc nulls last,
                model_name asc
        ) as likelihood_rank
    from purchase_models
),

joined as (
    select
        run_context.as_of_date,
        coalesce(ranked.status, 'too_few_repeat_customers') as purchase_status,
        coalesce(spend_models.status, 'too_few_repeat_customers') as spend_status
    from run_context
    left join ranked
        on
            run_context.as_of_date = ranked.cutoff_date
            and ranked.likelihood_rank = 1
    left join spend_models
        on run_context.as_of_date = spend_models.cutoff_date
),

final as (
    select
        as_of_date,
        purchase_status,
        spend_status,
        case
            when purchase_status not in ('converged', 'boundary') then purchase_status
            when spend_status not in ('converged', 'boundary') then 'spend_' || spend_status
            when spend_status = 'boundary' then 'boundary'
            else purchase_status
        end as model_status
    from joined
)

select * from final
