{% set candidates = candidate_spend_models() | join("', '") %}
with models as (
    select *
    from {{ ref('int_spend_fitted') }}
    where spend_model in ('{{ candidates }}')
),

errors as (
    select * from {{ ref('int_value_errors_summed') }}
),

tested as (
    select
        models.*,
        errors.mean_absolute_error,
        min(case when models.is_usable then errors.mean_absolute_error end) over (partition by models.valued_at) as least_error
    from models
    left join errors
        on
            models.valued_at = errors.valued_at
            and models.spend_model = errors.model_name
),

-- what is off by as much as the best, but for 1%, is as good: else chance would have models take turns
ranked as (
    select
        *,
        row_number() over (
            partition by valued_at
            order by
                case when is_usable then 0 else 1 end asc,
                case when mean_absolute_error > 101e-2 * least_error then 1 else 0 end asc,
                case spend_model
                    {% for model in spend_models() %}
                    when '{{ model }}' then {{ loop.index }}
                    {% endfor %}
                end asc
        ) as place
    from tested
),

final as (
    select
        valued_at,
        spend_model,
        status,
        is_usable,
        mean_absolute_error,
        {{ prefixed('spend_', range(1, 5)) | join(', ') }},
        {{ covariance_columns('spend_cov_') | join(', ') }}
    from ranked
    where place = 1
)

select * from final
