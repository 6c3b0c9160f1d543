with dates as (
    select * from {{ ref('int_dates_listed') }} where is_in_history
),

months as (
    select *
    from {{ restated(ref('int_customer_months_valued'), dates='int_dates_listed', kept='dates.is_in_history') }}
    where
        cohort_month is not null
        and month in (select dates.month from dates)
),

final as (
    select
        customer_id,
        month,
        valued_on,
        orders,
        net_revenue,
        cumulative_net_revenue,
        cumulative_gross_margin,
        historical_clv,
        predicted_clv,
        total_clv,
        value_tier,
        lifecycle_stage,
        {{ reporting_currency() }} as currency
    from months
)

select * from final
