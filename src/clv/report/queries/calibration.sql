with longest as (
    select
        cutoff_date,
        horizon_days
    from fct_model_backtests
    where decile = 'all'
    order by horizon_days desc, cutoff_date desc
    limit 1
)

select
    bac.model_name,
    bac.cutoff_date,
    bac.horizon_days,
    cast(bac.decile as integer) as decile,
    bac.customers,
    bac.predicted_orders / bac.customers as predicted,
    bac.actual_orders / bac.customers as actual
from fct_model_backtests as bac
inner join longest as lon on bac.cutoff_date = lon.cutoff_date and bac.horizon_days = lon.horizon_days
where bac.decile <> 'all' and bac.customers > 0
order by bac.model_name, cast(bac.decile as integer)
