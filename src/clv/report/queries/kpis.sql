select
    cac,
    clv_to_cac,
    churn_rate,
    month
from fct_kpi_months
where segment_kind = 'company'
order by month desc
limit 1
