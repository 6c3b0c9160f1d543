with campaigns as (
    select * from {{ ref('int_campaigns') }}
),

curves as (
    select * from {{ ref('int_campaign_ages') }}
),

benchmark as (
    select * from {{ ref('int_benchmark') }}
),

paybacks as (
    select
        curves.campaign,
        min(case when curves.cumulative_margin_per_customer >= campaigns.cac then curves.age_months end) as payback_months,
        max(case when curves.cumulative_margin_per_customer >= campaigns.cac then 1 else 0 end) = 1 as is_paid_back,
        max(curves.age_months) as age_months
    from curves
    inner join campaigns
        on curves.campaign = campaigns.campaign
    where campaigns.cac is not null and curves.cumulative_margin_per_customer is not null
    group by curves.campaign
),

measured as (
    select
        campaigns.*,
        {{ return_on('campaigns.net_revenue', 'campaigns.spend') }} as roas,
        {{ return_on('campaigns.gross_margin - campaigns.spend', 'campaigns.spend') }} as roi,
        {{ ratio('campaigns.mean_clv_36m', 'campaigns.cac') }} as clv_to_cac,
        cast(paybacks.payback_months as integer) as payback_months,
        paybacks.is_paid_back,
        paybacks.age_months
    from campaigns
    left join paybacks
        on campaigns.campaign = paybacks.campaign
),

final as (
    select
        measured.campaign,
        measured.acquisition_channel,
        measured.spend,
        measured.new_customers,
        measured.attributed_orders,
        measured.cac,
        measured.cpa,
        measured.net_revenue,
        measured.gross_margin,
        measured.roas,
        measured.roi,
        measured.mean_total_clv,
        measured.mean_clv_36m,
        measured.clv_to_cac,
        measured.payback_months,
        measured.is_paid_back,
        {{ verdict(
            'measured.clv_to_cac', 'measured.payback_months', 'measured.is_paid_back', 'measured.age_months', 'benchmark'
        ) }} as verdict
    from measured
    left join benchmark
        on true
)

select * from final
