with dates as (
    select * from {{ ref('int_dates_listed') }}
),

models as (
    select * from {{ ref('int_models_fitted') }} where is_usable
),

customers as (
    select * from {{ ref('int_customers_measured') }} where x is not null
),

{% if has_clock() %}
months as (
    select * from {{ ref('int_clocks_paced') }}
),

{% endif %}
-- those that something is forecast on
clocks as (
    select distinct
        models.valued_at,
        models.clock
    from models
    inner join dates
        on models.valued_at = dates.valued_at
    where models.is_elected or dates.is_backtested
),

final as (
    select
        customers.valued_at,
        clocks.clock,
        customers.customer_id,
        customers.x,
        customers.t_x,
        customers.age,
        customers.age_days
    from customers
    inner join clocks
        on customers.valued_at = clocks.valued_at
    where clocks.clock = 'plain'
    {% if has_clock() %}
    union all
    select
        customers.valued_at,
        clocks.clock,
        customers.customer_id,
        customers.x,
        greatest(
            lasts.weeks_before + lasts.pace * {{ day_of_month('customers.last_occasion_date') }}
            - firsts.weeks_before - firsts.pace * {{ day_of_month('customers.first_occasion_date') }}, 0
        ) as t_x,
        greatest(
            firsts.weeks_at_date - firsts.weeks_before - firsts.pace * {{ day_of_month('customers.first_occasion_date') }}, 0
        ) as age,
        customers.age_days
    from customers
    inner join clocks
        on customers.valued_at = clocks.valued_at
    inner join months as firsts
        on
            customers.valued_at = firsts.valued_at
            and {{ month_number('customers.first_occasion_date') }} = firsts.month_number
    inner join months as lasts
        on
            customers.valued_at = lasts.valued_at
            and {{ month_number('customers.last_occasion_date') }} = lasts.month_number
    where clocks.clock = 'operational'
    {% endif %}
)

select * from final
