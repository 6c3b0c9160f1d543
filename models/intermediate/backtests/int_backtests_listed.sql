with cutoffs as (
    select
        cutoff_date,
        case when is_as_of then {{ valued_now() }} else cutoff_date end as valued_at
    from {{ ref('int_cutoffs_listed') }}
    where is_backtested and is_rebuilt
),

final as (
    select
        cutoffs.cutoff_date as valued_at,
        later.valued_at as observed_at,
        {{ dbt.datediff(
            'cutoffs.cutoff_date', 'later.cutoff_date', 'day'
        ) }} as horizon_days,
        cast({{ dbt.datediff(
            'cutoffs.cutoff_date', 'later.cutoff_date', 'day'
        ) }} as {{ type_double() }}) / 7 as horizon_weeks
    from cutoffs
    inner join cutoffs as later
        on cutoffs.cutoff_date < later.cutoff_date
)

select * from final
