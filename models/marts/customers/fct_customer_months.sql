{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_cutoffs('valued_on') }}",
) }}

with months as (
    select * from {{ ref('int_customer_months_valued') }} where cohort_month is not null and {{ is_valued_anew('valued_on') }}
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
