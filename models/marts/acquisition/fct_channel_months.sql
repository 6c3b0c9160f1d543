with channel_months as (
    select * from {{ ref('int_channel_months_joined') }}
),

paybacks as (
    select * from {{ ref('int_cohort_paybacks_found') }}
),

final as (
    select
        channel_months.month,
        channel_months.acquisition_channel,
        'customer_channel' as attribution_model,
        channel_months.spend,
        channel_months.new_customers,
        channel_months.attributed_orders,
        channel_months.cac,
        channel_months.cpa,
        channel_months.net_revenue,
        channel_months.gross_margin,
        case when channel_months.spend > 0 then {{ ratio('channel_months.net_revenue', 'channel_months.spend') }} end as roas,
        case
            when channel_months.spend > 0
                then {{ ratio('channel_months.gross_margin - channel_months.spend', 'channel_months.spend') }}
        end as roi,
        channel_months.mean_total_clv,
        {{ ratio('channel_months.mean_total_clv', 'channel_months.cac') }} as clv_to_cac,
        cast(paybacks.payback_months as integer) as payback_months,
        paybacks.is_paid_back
    from channel_months
    left join paybacks
        on
            channel_months.month = paybacks.month
            and channel_months.acquisition_channel = paybacks.acquisition_channel
)

select * from final
