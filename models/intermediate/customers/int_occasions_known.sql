{{ config(materialized='view') }}

with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

days as (
    select * from {{ ref('int_customer_days_summed') }} where orders > 0
),

revised as (
    select * from {{ ref('int_revised_customers') }}
),

-- what is known of a day now was known at a past date, too, but for customers about whom something was found out later
final as (
    select
        dates.valued_at,
        days.customer_id,
        days.order_date as occasion_date,
        days.occasion_value,
        days.occasion_margin
    from days
    inner join dates
        on days.order_date <= dates.valued_on
    where
        days.valued_at = {{ valued_now() }}
        and (
            dates.valued_at = {{ valued_now() }}
            or days.customer_id not in (select revised.source_customer_id from revised)
        )
    union all
    select
        dates.valued_at,
        days.customer_id,
        days.order_date as occasion_date,
        days.occasion_value,
        days.occasion_margin
    from days
    inner join dates
        on days.valued_at = dates.valued_at
    where days.valued_at <> {{ valued_now() }}
)

select * from final
