-- files of earlier versions don't say the window
select columns('^(cac|clv_to_cac|churn_rate|window_months)$')
from fct_kpi_months
where segment_kind = 'company'
order by month desc
limit 1
