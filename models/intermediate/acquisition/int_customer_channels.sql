with customers as (
    select distinct customer_id
    from {{ ref('int_identities_resolved') }}
),

shares as (
    select
        *,
        sum(share) over (partition by customer_id, acquisition_channel) as channel_share,
        min(first_touch_number) over (partition by customer_id, acquisition_channel) as channel_touch_number
    from {{ ref('int_acquisitions') }}
    where share > 0
),

-- the channel with the largest share, and of its campaigns the one with the largest; of equals the one that came first
ranked as (
    select
        customer_id,
        acquisition_channel,
        acquisition_campaign,
        row_number() over (
            partition by customer_id
            order by channel_share desc, channel_touch_number asc, share desc, first_touch_number asc
        ) as place
    from shares
),

buyers as (
    select *
    from ranked
    where place = 1
),

profiles as (
    select * from {{ ref('int_customer_profiles') }}
),

-- who hasn't bought yet has the channel that is told
final as (
    select
        customers.customer_id,
        coalesce(buyers.acquisition_channel, profiles.acquisition_channel, 'unknown') as acquisition_channel,
        case when buyers.customer_id is not null then buyers.acquisition_campaign else profiles.acquisition_campaign end
            as acquisition_campaign
    from customers
    left join buyers on customers.customer_id = buyers.customer_id
    left join profiles on customers.customer_id = profiles.customer_id
)

select * from final
