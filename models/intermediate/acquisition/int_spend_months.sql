with accepted as (
    select *
    from {{ ref('int_marketing_spend_checked') }}
    where rejection_reason is null
),

spend as (
    {{ with_shown_names('accepted', {'channel': 'channel', 'campaign': 'campaign'}) }}
),

final as (
    select
        {{ month_of('spend_date') }} as month,
        coalesce(shown_channel, 'unallocated') as acquisition_channel,
        shown_campaign as campaign,
        cast(sum({{ to_money('amount * exchange_rate') }}) as {{ type_money() }}) as spend
    from spend
    group by {{ month_of('spend_date') }}, coalesce(shown_channel, 'unallocated'), shown_campaign
)

select * from final
