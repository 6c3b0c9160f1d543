with histories as (
    select * from {{ ref('int_customers_measured') }} where x is not null
),

final as (
    select
        valued_at,
        count(*) as customers,
        sum(case when x > 0 then 1 else 0 end) as repeat_customers,
        sum(case when mean_repeat_value > 0 then 1 else 0 end) as spending_customers,
        sum(case when mean_value > 0 then 1 else 0 end) as valued_customers,
        sum(x) as repeat_occasions,
        avg(x) as mean_x,
        {{ mean_age() }} as mean_age,
        {{ mean_value() }} as mean_value
    from histories
    group by valued_at
)

select * from final
