select
    segment_kind,
    segment,
    cac,
    clv_to_cac,
    churn_rate
from fct_kpi_months
where
    segment_kind in ('channel', 'tier')
    and month = (select max(month) from fct_kpi_months where segment_kind = 'company')
order by segment_kind, segment
