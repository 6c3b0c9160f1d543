with groups as (
    select * from {{ ref('int_campaign_groups') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

compared as (
    select
        treated.*,
        control.value_per_customer as control_value_per_customer,
        coalesce(control.customers, 0) as control_customers,
        coalesce(control.lapsed_customers, 0) as control_lapsed_customers,
        control.reactivation_rate as control_reactivation_rate,
        control.adjusted_rate as control_adjusted_rate,
        treated.value_per_customer - control.value_per_customer as uplift,
        treated.variance_of_value + control.variance_of_value as variance_of_uplift,
        {{ welch_degrees_of_freedom(
            'treated.variance_of_value', 'treated.customers', 'control.variance_of_value', 'control.customers'
        ) }} as degrees_of_freedom,
        {{ skewness_of_difference(
            'treated.skewness_of_value', 'treated.customers', 'control.skewness_of_value', 'control.customers'
        ) }} as skewness_of_uplift,
        treated.adjusted_rate * (1 - treated.adjusted_rate) / (treated.lapsed_customers + 2)
        + control.adjusted_rate * (1 - control.adjusted_rate) / (control.lapsed_customers + 2) as variance_of_rates
    from groups as treated
    left join groups as control
        on
            treated.campaign = control.campaign
            and treated.value_tier = control.value_tier
            and control.variant = 'control'
    where treated.variant <> 'control'
),

quantiles as (
    select
        *,
        {{ student_t_of_z(z_of_95_percent(), 'degrees_of_freedom') }} as student_t
    from compared
),

-- how far the intervals reach: that of the uplift further to the side to which the smaller group leans
spread as (
    select
        *,
        {{ skewed_quantile('student_t', 'skewness_of_uplift') }} * sqrt(variance_of_uplift) as reach_down,
        {{ skewed_quantile('(-student_t)', 'skewness_of_uplift') }} * sqrt(variance_of_uplift) as reach_up,
        {{ z_of_95_percent() }} * sqrt(variance_of_rates) as rates_reach,
        lapsed_customers > 0 and control_lapsed_customers > 0 as has_lapsed_customers
    from quantiles
),

final as (
    select
        spread.campaign,
        spread.variant,
        spread.value_tier,
        cast(spread.customers as bigint) as customers,
        cast(spread.control_customers as bigint) as control_customers,
        cast(spread.waiting_customers as bigint) as waiting_customers,
        {{ to_money('spread.value_per_customer') }} as margin_per_customer,
        {{ to_money('spread.control_value_per_customer') }} as control_margin_per_customer,
        {{ to_money('spread.uplift') }} as uplift,
        {{ to_money('spread.uplift - spread.reach_down') }} as uplift_low,
        {{ to_money('spread.uplift - spread.reach_up') }} as uplift_high,
        spread.cost,
        {{ ratio('spread.uplift * spread.customers - spread.cost', 'spread.cost') }} as roi,
        cast(spread.lapsed_customers as bigint) as lapsed_customers,
        cast(spread.reactivated_customers as bigint) as reactivated_customers,
        spread.reactivation_rate,
        spread.control_reactivation_rate,
        spread.reactivation_rate - spread.control_reactivation_rate as reactivation_uplift,
        cast(case
            when spread.has_lapsed_customers
                then greatest(spread.adjusted_rate - spread.control_adjusted_rate - spread.rates_reach, -1)
        end as {{ type_double() }}) as reactivation_uplift_low,
        cast(case
            when spread.has_lapsed_customers
                then least(spread.adjusted_rate - spread.control_adjusted_rate + spread.rates_reach, 1)
        end as {{ type_double() }}) as reactivation_uplift_high,
        spread.customers >= {{ var('min_segment_customers') }} and spread.control_customers >= {{ var('min_segment_customers') }}
            as is_reliable,
        cast({{ var('campaign_window_days') }} as integer) as window_days,
        spread.clv_basis,
        {{ reporting_currency() }} as currency,
        run_context.as_of_date
    from spread
    cross join run_context
)

select * from final
