with gaps as (
    select
        customer_order_number - 1 as after_order,
        date_diff('day', lag(order_date) over (partition by customer_id order by customer_order_number), order_date) as gap_days
    from fct_orders
    where is_counted and customer_id is not null
)

select
    least(after_order, 5) as after_order,
    count(*) as gaps,
    quantile_cont(gap_days, 0.25) as quarter_days,
    quantile_cont(gap_days, 0.5) as half_days,
    quantile_cont(gap_days, 0.75) as three_quarter_days
from gaps
where gap_days is not null
group by least(after_order, 5)
order by least(after_order, 5)
