with spend as (
    select
        campaign,
        case when min(acquisition_channel) = max(acquisition_channel) then min(acquisition_channel) else 'several' end
            as acquisition_channel,
        sum(spend) as spend
    from {{ ref('int_spend_months_summed') }}
    where campaign is not null
    group by campaign
),

acquired as (
    select
        acquisition_campaign as campaign,
        case when min(acquisition_channel) = max(acquisition_channel) then min(acquisition_channel) else 'several' end
            as acquisition_channel,
        count(*) as new_customers,
        sum(net_revenue) as net_revenue,
        {{ complete_sum('gross_margin') }} as gross_margin,
        {{ ratio(complete_sum('total_clv'), 'count(*)') }} as mean_total_clv
    from {{ ref('dim_customers') }}
    where acquisition_campaign is not null and cohort_month is not null
    group by acquisition_campaign
),

joined as (
    select
        coalesce(spend.campaign, acquired.campaign) as campaign,
        coalesce(spend.acquisition_channel, acquired.acquisition_channel) as acquisition_channel,
        spend.spend,
        coalesce(acquired.new_customers, 0) as new_customers,
        acquired.net_revenue,
        acquired.gross_margin,
        acquired.mean_total_clv,
        {{ to_money(ratio('case when spend.spend > 0 then spend.spend end', 'acquired.new_customers')) }} as cac
    from spend
    full outer join acquired
        on spend.campaign = acquired.campaign
),

paybacks as (
    select
        curves.campaign,
        min(case when curves.cumulative_margin_per_customer >= joined.cac then curves.age_months end) as payback_months,
        max(case when curves.cumulative_margin_per_customer >= joined.cac then 1 else 0 end) = 1 as is_paid_back
    from {{ ref('int_campaign_customers_aged') }} as curves
    inner join joined
        on curves.campaign = joined.campaign
    where joined.cac is not null and curves.cumulative_margin_per_customer is not null
    group by curves.campaign
),

final as (
    select
        joined.campaign,
        joined.acquisition_channel,
        cast(joined.spend as {{ type_money() }}) as spend,
        joined.new_customers,
        joined.cac,
        cast(joined.net_revenue as {{ type_money() }}) as net_revenue,
        cast(joined.gross_margin as {{ type_money() }}) as gross_margin,
        {{ to_money('joined.mean_total_clv') }} as mean_total_clv,
        {{ ratio('joined.mean_total_clv', 'joined.cac') }} as clv_to_cac,
        case when joined.spend > 0 then {{ ratio('joined.gross_margin - joined.spend', 'joined.spend') }} end as roi,
        cast(paybacks.payback_months as integer) as payback_months,
        paybacks.is_paid_back
    from joined
    left join paybacks
        on joined.campaign = paybacks.campaign
)

select * from final
