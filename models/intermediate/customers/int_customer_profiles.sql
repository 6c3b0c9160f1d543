with current_accounts as (
    select * from {{ ref('int_account_versions') }} where version_status = 'current'
),

accounts as (
    {{ with_shown_names('current_accounts', {'acquisition_channel': 'channel', 'acquisition_campaign': 'campaign'}) }}
),

identities as (
    select * from {{ ref('int_identities_resolved') }}
),

-- of a person's accounts the oldest that knows the country tells it, and the oldest that knows the channel, with its campaign
ranked as (
    select
        identities.customer_id,
        accounts.country,
        accounts.shown_acquisition_channel as acquisition_channel,
        accounts.shown_acquisition_campaign as acquisition_campaign,
        row_number() over (
            partition by identities.customer_id
            order by case when accounts.country is null then 1 else 0 end, accounts.created_at nulls last, accounts.customer_id
        ) as country_rank,
        row_number() over (
            partition by identities.customer_id
            order by
                case when accounts.acquisition_channel is null then 1 else 0 end,
                accounts.created_at nulls last,
                accounts.customer_id
        ) as channel_rank
    from accounts
    inner join identities
        on accounts.customer_id = identities.source_customer_id
),

final as (
    select
        customer_id,
        max(case when country_rank = 1 then country end) as country,
        max(case when channel_rank = 1 then acquisition_channel end) as acquisition_channel,
        max(case when channel_rank = 1 then acquisition_campaign end) as acquisition_campaign
    from ranked
    group by customer_id
)

select * from final
