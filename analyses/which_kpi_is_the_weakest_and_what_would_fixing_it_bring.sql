-- Which KPI is furthest below its benchmark, and how much more would a customer be worth at the benchmark? The company first,
-- then its segments by what fixing the KPI would bring for the customers they have.
with latest as (
    select max(month) as month
    from {{ ref('fct_kpi_months') }}
)

select
    kpi_months.segment_kind,
    kpi_months.segment,
    kpi_months.customers_at_end,
    kpi_months.weakest_kpi,
    kpi_months.weakest_kpi_to_benchmark,
    kpi_months.formula_clv,
    kpi_months.clv_at_benchmark,
    kpi_months.clv_at_benchmark - kpi_months.formula_clv as gain_per_customer,
    (kpi_months.clv_at_benchmark - kpi_months.formula_clv) * kpi_months.customers_at_end as gain,
    kpi_months.is_reliable
from {{ ref('fct_kpi_months') }} as kpi_months
inner join latest
    on kpi_months.month = latest.month
where kpi_months.weakest_kpi is not null
order by
    case when kpi_months.segment_kind = 'company' then 0 else 1 end asc,
    gain desc nulls last,
    kpi_months.segment asc
