with spend as (
    select *
    from {{ ref('int_marketing_spend_checked') }}
    where rejection_reason is null
),

final as (
    select
        {{ month_of('spend_date') }} as month,
        coalesce(channel, 'unallocated') as acquisition_channel,
        campaign,
        cast(sum({{ to_money('amount * exchange_rate') }}) as {{ type_money() }}) as spend
    from spend
    group by {{ month_of('spend_date') }}, coalesce(channel, 'unallocated'), campaign
)

select * from final
