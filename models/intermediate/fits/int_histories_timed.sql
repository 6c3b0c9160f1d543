{{ config(enabled=has_clock()) }}

with customers as (
    select * from {{ ref('int_customers_measured') }} where x is not null
),

months as (
    select * from {{ ref('int_clocks_paced') }}
),

-- where the clock is not known, nothing is predicted
final as (
    select
        customers.valued_at,
        customers.customer_id,
        customers.x,
        greatest(
            lasts.weeks_before + lasts.pace * {{ day_of_month('customers.last_occasion_date') }}
            - firsts.weeks_before - firsts.pace * {{ day_of_month('customers.first_occasion_date') }}, 0
        ) as t_x,
        greatest(
            firsts.weeks_at_date - firsts.weeks_before - firsts.pace * {{ day_of_month('customers.first_occasion_date') }}, 0
        ) as age,
        customers.age_days,
        customers.mean_repeat_value,
        customers.mean_value,
        customers.last_occasion_date
    from customers
    left join months as firsts
        on
            customers.valued_at = firsts.valued_at
            and {{ month_number('customers.first_occasion_date') }} = firsts.month_number
    left join months as lasts
        on
            customers.valued_at = lasts.valued_at
            and {{ month_number('customers.last_occasion_date') }} = lasts.month_number
)

select * from final
