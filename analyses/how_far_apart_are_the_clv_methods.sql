-- How much does CLV depend on the method it is computed by? Per segment the methods side by side, and the highest over the
-- lowest of those on the same basis that can be relied on. `simple` is revenue, `historical` and `cohort` are what has been,
-- `predictive` is what is to come.
select
    segment_kind,
    segment,
    max(customers) as customers,
    {% for method in ['simple', 'margin', 'discounted', 'historical', 'cohort', 'predictive', 'subscription'] %}
    max(case when clv_method = '{{ method }}' then clv_per_customer end) as {{ method }}_clv,
    {% endfor %}
    {{ ratio(
        "max(case when is_reliable and clv_method <> 'simple' then clv_per_customer end)",
        "min(case when is_reliable and clv_method <> 'simple' then clv_per_customer end)"
    ) }} as highest_over_lowest
from {{ ref('fct_clv_by_method') }}
group by segment_kind, segment
order by
    case when segment_kind = 'company' then 0 else 1 end asc,
    segment_kind asc,
    customers desc,
    segment asc
