with accounts as (
    {{ current_records(ref('stg_raw__customers')) }}
),

identities as (
    select * from {{ ref('int_customers_resolved') }}
),

-- of a person's accounts the oldest tells first, the others fill its gaps
ranked as (
    select
        identities.customer_id,
        accounts.country,
        accounts.acquisition_channel,
        accounts.acquisition_campaign,
        row_number() over (
            partition by identities.customer_id
            order by accounts.created_at nulls last, accounts.customer_id
        ) as account_rank
    from accounts
    inner join identities
        on accounts.customer_id = identities.source_customer_id
),

final as (
    select
        customer_id,
        coalesce(max(case when account_rank = 1 then country end), min(country)) as country,
        coalesce(max(case when account_rank = 1 then acquisition_channel end), min(acquisition_channel))
            as acquisition_channel,
        coalesce(max(case when account_rank = 1 then acquisition_campaign end), min(acquisition_campaign))
            as acquisition_campaign
    from ranked
    group by customer_id
)

select * from final
