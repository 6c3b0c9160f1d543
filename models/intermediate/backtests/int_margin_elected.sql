with levels as (
    select * from {{ ref('int_margin_levels') }}
),

errors as (
    select * from {{ ref('int_value_errors_summed') }}
),

final as (
    select
        levels.valued_at,
        case when own.mean_absolute_error < 99e-2 * company.mean_absolute_error then 'own' else 'company' end as margin_model,
        levels.clv_basis,
        levels.company_rate,
        levels.mean_rate,
        levels.variance_within,
        levels.variance_between
    from levels
    left join errors as own
        on
            levels.valued_at = own.valued_at
            and own.model_name = 'own'
    left join errors as company
        on
            levels.valued_at = company.valued_at
            and company.model_name = 'company'
)

select * from final
