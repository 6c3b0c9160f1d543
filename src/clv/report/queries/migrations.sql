with moved as (
    select
        month,
        from_tier,
        to_tier,
        customers,
        total_clv_change,
        date_diff('month', month, max(month) over ()) as months_ago
    from fct_tier_migrations
),

periods as (
    select unnest([3, 12, 36]) as period
)

select
    per.period,
    mov.from_tier,
    mov.to_tier,
    sum(mov.customers) as customers,
    sum(mov.total_clv_change) as total_clv_change,
    max(mov.month) as latest_month
from moved as mov
inner join periods as per on mov.months_ago < per.period
group by per.period, mov.from_tier, mov.to_tier
order by per.period, mov.from_tier, mov.to_tier
