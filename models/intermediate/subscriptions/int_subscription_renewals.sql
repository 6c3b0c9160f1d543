with subscribers as (
    select * from {{ ref('int_subscribers') }}
),

final as (
    select
        plan as data_id,
        cast(renewals_decided as double precision) as x,
        cast(case when is_lost then 1 else 0 end as double precision) as lost,
        cast(count(*) as double precision) as customers
    from subscribers
    group by plan, renewals_decided, is_lost
)

select * from final
