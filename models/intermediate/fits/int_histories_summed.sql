with histories as (
    select * from {{ ref('int_customer_histories_counted') }}
),

final as (
    select
        valued_at,
        count(*) as customers,
        sum(case when x > 0 then 1 else 0 end) as repeat_customers,
        sum(case when mean_repeat_value > 0 then 1 else 0 end) as spending_customers,
        sum(x) as repeat_occasions,
        avg(x) as mean_x,
        avg(age_days) / 7 as mean_age,
        -- in whole ten-thousandths, whose sum doesn't depend on the order of the rows
        {{ ratio(
            'sum(round(x * mean_repeat_value * 10000)) / 10000', 'sum(case when mean_repeat_value > 0 then x end)'
        ) }} as mean_value
    from histories
    group by valued_at
)

select * from final
