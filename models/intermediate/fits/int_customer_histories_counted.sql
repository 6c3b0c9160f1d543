with customers as (
    select * from {{ ref('int_customers_measured') }} where purchase_occasions > 0
),

dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

final as (
    select
        customers.valued_at,
        customers.customer_id,
        cast(customers.purchase_occasions - 1 as {{ type_double() }}) as x,
        {{ weeks_between('customers.first_occasion_date', 'customers.last_occasion_date') }} as t_x,
        {{ weeks_between('customers.first_occasion_date', 'dates.valued_on') }} as age,
        {{ dbt.datediff(
            'customers.first_occasion_date', 'dates.valued_on', 'day'
        ) }} as age_days,
        {{ ratio('customers.occasion_value - customers.first_occasion_value', 'customers.purchase_occasions - 1') }}
            as mean_repeat_value,
        {{ ratio('customers.occasion_value', 'customers.purchase_occasions') }} as mean_value,
        customers.last_occasion_date
    from customers
    inner join dates
        on customers.valued_at = dates.valued_at
)

select * from final
