with subscribers as (
    select * from {{ ref('int_subscribers') }}
),

final as (
    select
        billing_period || ': ' || plan as data_id,
        plan,
        billing_period,
        cast(renewals_decided as {{ type_double() }}) as x,
        cast(case when is_lost then 1 else 0 end as {{ type_double() }}) as lost,
        cast(count(*) as {{ type_double() }}) as customers
    from subscribers
    where billing_period <> 'all'
    group by plan, billing_period, renewals_decided, is_lost
)

select * from final
