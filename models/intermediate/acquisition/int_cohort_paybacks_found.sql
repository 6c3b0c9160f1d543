with channel_months as (
    select *
    from {{ ref('int_channel_months_joined') }}
    where cac is not null
),

curves as (
    select * from {{ ref('int_cohort_months_cumulated') }}
),

-- the first age at which the margin of an average customer has paid what the customer cost
final as (
    select
        channel_months.month,
        channel_months.acquisition_channel,
        min(case when curves.cumulative_margin_per_customer >= channel_months.cac then curves.age_months end) as payback_months,
        max(case when curves.cumulative_margin_per_customer >= channel_months.cac then 1 else 0 end) = 1 as is_paid_back
    from channel_months
    inner join curves
        on
            channel_months.month = curves.cohort_month
            and channel_months.acquisition_channel = curves.acquisition_channel
    where curves.cumulative_margin_per_customer is not null
    group by channel_months.month, channel_months.acquisition_channel
)

select * from final
