with spend as (
    select
        campaign,
        min(acquisition_channel) as first_channel,
        max(acquisition_channel) as last_channel,
        sum(spend) as spend
    from {{ ref('int_spend_months') }}
    where campaign is not null
    group by campaign
),

acquired as (
    select
        campaign,
        min(acquisition_channel) as first_channel,
        max(acquisition_channel) as last_channel,
        sum(new_customers) as new_customers,
        sum(net_revenue) as net_revenue,
        case when max(has_unknown_margin) = 0 then sum(gross_margin) end as gross_margin,
        case when max(has_unknown_clv) = 0 then sum(total_clv) end as total_clv,
        case when max(has_unknown_clv_36m) = 0 then sum(clv_36m) end as clv_36m
    from {{ ref('int_acquired_customers') }}
    where attribution_model = '{{ var("attribution_model") }}' and campaign is not null
    group by campaign
),

ordered as (
    select
        campaign,
        min(acquisition_channel) as first_channel,
        max(acquisition_channel) as last_channel,
        sum(attributed_orders) as attributed_orders
    from {{ ref('int_attributed_orders') }}
    where attribution_model = '{{ var("attribution_model") }}' and campaign is not null
    group by campaign
),

campaigns as (
    select campaign from spend
    union distinct
    select campaign from acquired
    union distinct
    select campaign from ordered
),

-- the channel is that of the spend, else of what the campaign brought
joined as (
    select
        campaigns.campaign,
        coalesce(spend.first_channel, acquired.first_channel, ordered.first_channel) as first_channel,
        coalesce(spend.last_channel, acquired.last_channel, ordered.last_channel) as last_channel,
        spend.spend,
        coalesce(acquired.new_customers, 0) as new_customers,
        coalesce(ordered.attributed_orders, 0) as attributed_orders,
        acquired.net_revenue,
        acquired.gross_margin,
        acquired.total_clv,
        acquired.clv_36m
    from campaigns
    left join spend on campaigns.campaign = spend.campaign
    left join acquired on campaigns.campaign = acquired.campaign
    left join ordered on campaigns.campaign = ordered.campaign
),

final as (
    select
        campaign,
        case when first_channel = last_channel then first_channel else 'several' end as acquisition_channel,
        {{ money_columns(['spend', 'net_revenue', 'gross_margin']) }},
        cast(new_customers as {{ type_double() }}) as new_customers,
        cast(attributed_orders as {{ type_double() }}) as attributed_orders,
        {{ to_money(cost_per('spend', 'new_customers')) }} as cac,
        {{ to_money(cost_per('spend', 'attributed_orders')) }} as cpa,
        {{ to_money(ratio('total_clv', 'new_customers')) }} as mean_total_clv,
        {{ to_money(ratio('clv_36m', 'new_customers')) }} as mean_clv_36m
    from joined
)

select * from final
