select
    month,
    cohort_year,
    is_observed,
    net_revenue,
    net_revenue_low,
    net_revenue_high
from fct_revenue_forecasts
where month > (select max(month) from fct_revenue_forecasts) - interval 36 month
order by month, cohort_year
