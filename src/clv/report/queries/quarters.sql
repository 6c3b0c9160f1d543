-- what was published at the end of a quarter for the next one, beside what came
with shortest as (
    select
        cutoff_date,
        min(horizon_days) as horizon_days
    from fct_model_backtests
    where decile = 'all' and model_name = 'published' and horizon_days < 100
    group by cutoff_date
)

select
    bac.cutoff_date,
    cast(bac.cutoff_date + bac.horizon_days as date) as until,
    bac.customers,
    bac.predicted_orders,
    bac.actual_orders,
    bac.bias,
    bac.predicted_margin,
    bac.actual_margin,
    bac.coverage_80
from fct_model_backtests as bac
inner join shortest as sho on bac.cutoff_date = sho.cutoff_date and bac.horizon_days = sho.horizon_days
where bac.decile = 'all' and bac.model_name = 'published'
order by bac.cutoff_date
