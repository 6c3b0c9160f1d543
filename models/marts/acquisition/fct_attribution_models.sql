with quality as (
    select * from {{ ref('int_model_quality') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

-- the months of the KPI window that ends with the as-of date
channel_months as (
    select channel_months.*
    from {{ ref('int_channel_months') }} as channel_months
    inner join run_context
        on {{ add_months('run_context.as_of_month', '-' ~ var('kpi_window_months')) }} < channel_months.month
),

summed as (
    select
        attribution_model,
        acquisition_channel,
        sum(spend) as spend,
        sum(new_customers) as new_customers,
        sum(attributed_orders) as attributed_orders,
        sum(net_revenue) as net_revenue,
        {{ complete_sum('gross_margin') }} as gross_margin,
        {{ complete_sum('total_clv') }} as total_clv,
        {{ complete_sum('clv_36m') }} as clv_36m
    from channel_months
    group by attribution_model, acquisition_channel
),

measured as (
    select
        *,
        {{ to_money(cost_per('spend', 'new_customers')) }} as cac,
        {{ to_money(ratio('total_clv', 'new_customers')) }} as mean_total_clv,
        {{ to_money(ratio('clv_36m', 'new_customers')) }} as mean_clv_36m
    from summed
),

final as (
    select
        attribution_model,
        acquisition_channel,
        attribution_model = '{{ var("attribution_model") }}' as is_configured,
        cast(spend as {{ type_money() }}) as spend,
        cast(new_customers as {{ type_double() }}) as new_customers,
        cast(attributed_orders as {{ type_double() }}) as attributed_orders,
        cac,
        {{ to_money(cost_per('spend', 'attributed_orders')) }} as cpa,
        {{ return_on('net_revenue', 'spend') }} as roas,
        {{ return_on('gross_margin - spend', 'spend') }} as roi,
        mean_total_clv,
        mean_clv_36m,
        {{ ratio('mean_clv_36m', 'cac') }} as clv_to_cac,
        new_customers >= {{ var('min_segment_customers') }}
        and (select quality.model_quality from quality) <> 'poor' as is_reliable
    from measured
)

select * from final
