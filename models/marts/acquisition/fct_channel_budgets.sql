with quality as (
    select * from {{ ref('int_model_quality') }}
),

channels as (
    select *
    from {{ ref('fct_attribution_models') }}
    where is_configured and acquisition_channel <> 'all'
),

plans as (
    select * from {{ ref('planned_customers') }}
),

benchmark as (
    select * from {{ ref('int_benchmark') }}
),

-- as many as in the window, by the year, unless the plan says otherwise
planned as (
    select
        coalesce(channels.acquisition_channel, plans.acquisition_channel) as acquisition_channel,
        channels.mean_clv_36m,
        channels.cac as current_cac,
        channels.spend,
        coalesce(channels.new_customers, 0) as new_customers,
        coalesce(plans.planned_new_customers, channels.new_customers * 12e0 / {{ var('kpi_window_months') }})
            as planned_new_customers
    from channels
    full outer join plans
        on {{ name_key('channels.acquisition_channel') }} = {{ name_key('plans.acquisition_channel') }}
),

-- what may be paid so that CLV:CAC is the target
afforded as (
    select
        planned.*,
        benchmark.target_clv_to_cac,
        {{ to_money(ratio('planned.mean_clv_36m', 'benchmark.target_clv_to_cac')) }} as affordable_cac
    from planned
    left join benchmark
        on true
),

final as (
    select
        acquisition_channel,
        mean_clv_36m,
        target_clv_to_cac,
        affordable_cac,
        current_cac,
        spend,
        new_customers,
        planned_new_customers,
        {{ to_money('affordable_cac * planned_new_customers') }} as yearly_budget,
        {{ to_money('(affordable_cac - current_cac) * planned_new_customers') }} as headroom,
        new_customers >= {{ var('min_segment_customers') }}
        and (select quality.model_quality from quality) <> 'poor' as is_reliable
    from afforded
)

select * from final
