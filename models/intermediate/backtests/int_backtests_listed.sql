with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }} where is_backtested and is_rebuilt
),

final as (
    select
        cutoffs.cutoff_date,
        later.cutoff_date as horizon_date,
        {{ dbt.datediff(
            'cutoffs.cutoff_date', 'later.cutoff_date', 'day'
        ) }} as horizon_days
    from cutoffs
    inner join cutoffs as later
        on cutoffs.cutoff_date < later.cutoff_date
)

select * from final
