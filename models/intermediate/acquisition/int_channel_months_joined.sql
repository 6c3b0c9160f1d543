with channel_months as (
    select *
    from {{ ref('int_channel_months_summed') }}
    where attribution_model = '{{ var("attribution_model") }}'
),

final as (
    select
        month,
        acquisition_channel,
        spend,
        cast(new_customers as double precision) as new_customers,
        cast(attributed_orders as double precision) as attributed_orders,
        net_revenue,
        gross_margin,
        {{ to_money(cost_per('spend', 'new_customers')) }} as cac,
        {{ to_money(cost_per('spend', 'attributed_orders')) }} as cpa,
        {{ to_money(ratio('total_clv', 'new_customers')) }} as mean_total_clv
    from channel_months
)

select * from final
