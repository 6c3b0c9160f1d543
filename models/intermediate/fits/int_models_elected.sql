{% set parameters = prefixed('parameter_', range(1, most_parameters() + 1)) %}
with fits as (
    select
        *,
        status in ('converged', 'boundary') as is_usable
    from {{ ref('int_models_fitted') }}
),

purchase_models as (
    select
        *,
        row_number() over (
            partition by valued_at
            order by case when is_usable then 0 else 1 end asc, log_likelihood desc nulls last, model_name asc
        ) as likelihood_rank
    from fits
    where model_name <> 'gamma_gamma'
),

-- without a finite mean there is nothing to expect
spend_models as (
    select
        *,
        case when is_usable and parameter_2 <= 1 then 'infinite_mean' else status end as spend_status,
        is_usable and parameter_2 > 1 as is_valued
    from fits
    where model_name = 'gamma_gamma'
),

joined as (
    select
        purchases.*,
        coalesce(spends.spend_status, 'too_few_repeat_customers') as spend_status,
        case when spends.is_valued then spends.parameter_1 end as p,
        case when spends.is_valued then spends.parameter_2 end as q,
        case when spends.is_valued then spends.parameter_3 end as gamma,
        {% for column in covariance_columns() %}
        spends.{{ column }} as spend_{{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from purchase_models as purchases
    left join spend_models as spends
        on purchases.valued_at = spends.valued_at
),

final as (
    select
        valued_at,
        model_name,
        is_usable,
        likelihood_rank = 1 as is_elected,
        case
            when not is_usable then status
            when spend_status not in ('converged', 'boundary') then 'spend_' || spend_status
            when spend_status = 'boundary' then 'boundary'
            else status
        end as model_status,
        {{ parameters | join(', ') }},
        p,
        q,
        gamma,
        {{ covariance_columns() | join(', ') }},
        {{ covariance_columns('spend_cov_') | join(', ') }}
    from joined
)

select * from final
