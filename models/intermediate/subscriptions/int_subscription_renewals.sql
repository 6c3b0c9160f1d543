with subscribers as (
    select * from {{ ref('int_subscribers') }}
),

final as (
    select
        plan as data_id,
        cast(renewals_decided as {{ type_double() }}) as x,
        cast(case when is_lost then 1 else 0 end as {{ type_double() }}) as lost,
        cast(count(*) as {{ type_double() }}) as customers
    from subscribers
    group by plan, renewals_decided, is_lost
)

select * from final
