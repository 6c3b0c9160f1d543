with channel_months as (
    select *
    from {{ ref('int_channel_months') }}
    where attribution_model = '{{ var("attribution_model") }}'
),

paybacks as (
    select * from {{ ref('int_channel_paybacks') }}
),

benchmark as (
    select * from {{ ref('int_benchmark') }}
),

joined as (
    select
        channel_months.*,
        cast(paybacks.payback_months as integer) as payback_months,
        paybacks.is_paid_back,
        {{ months_between('channel_months.month', 'run_context.as_of_month') }} as age_months
    from channel_months
    cross join {{ ref('int_run_context') }} as run_context
    left join paybacks
        on
            channel_months.month = paybacks.month
            and channel_months.acquisition_channel = paybacks.acquisition_channel
),

measured as (
    select
        *,
        {{ return_on('net_revenue', 'spend') }} as roas,
        {{ return_on('gross_margin - spend', 'spend') }} as roi,
        {{ ratio('mean_clv_36m', 'cac') }} as clv_to_cac
    from joined
),

final as (
    select
        measured.month,
        measured.acquisition_channel,
        measured.attribution_model,
        measured.spend,
        cast(measured.new_customers as {{ type_double() }}) as new_customers,
        cast(measured.attributed_orders as {{ type_double() }}) as attributed_orders,
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
