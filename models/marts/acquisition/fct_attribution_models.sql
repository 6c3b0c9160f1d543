with channels as (
    select * from {{ ref('int_channels_valued') }}
),

final as (
    select
        attribution_model,
        acquisition_channel,
        attribution_model = '{{ var("attribution_model") }}' as is_configured,
        spend,
        new_customers,
        attributed_orders,
        cac,
        cpa,
        roas,
        roi,
        mean_total_clv,
        clv_to_cac,
        new_customers >= {{ var('min_segment_customers') }} as is_reliable
    from channels
)

select * from final
