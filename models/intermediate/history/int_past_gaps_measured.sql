with occasions as (
    select * from {{ ref('int_past_occasions_summed') }} where orders > 0
),

final as (
    select
        cutoff_date,
        {{ usual_gap('days_since_previous') }} as usual_gap_days
    from occasions
    group by cutoff_date
)

select * from final
