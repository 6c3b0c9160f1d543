with shares as (
    select
        *,
        sum(share) over (partition by customer_id, acquisition_channel) as channel_share,
        min(first_touch_number) over (partition by customer_id, acquisition_channel) as channel_touch_number
    from {{ ref('int_acquisitions_shared') }}
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

final as (
    select
        customer_id,
        acquisition_channel,
        acquisition_campaign
    from ranked
    where place = 1
)

select * from final
