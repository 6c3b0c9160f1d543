{# what CLV by formula is made of; of equally weak ones the first counts #}
{% set kpis = ['average_order_value', 'purchase_frequency', 'gross_margin_rate', 'retention_rate'] %}
{% set formula = lifetime_value(
    'average_order_value', 'purchase_frequency', 'value_rate', lifetime_years('(1 - retention_rate)')
) %}
with basis as (
    select max(clv_basis) as clv_basis
    from {{ ref('int_customers_known') }}
),

-- without any known margin CLV is on revenue, and the margin is no KPI of it
measured as (
    select
        kpi_months.month,
        kpi_months.segment_kind,
        kpi_months.segment,
        kpi_months.average_order_value,
        kpi_months.purchase_frequency,
        kpi_months.gross_margin_rate,
        kpi_months.retention_rate,
        case when basis.clv_basis = 'revenue' then 1 else kpi_months.gross_margin_rate end as value_rate
    from {{ ref('int_kpi_months_measured') }} as kpi_months
    cross join basis
),

benchmark as (
    select * from {{ ref('int_benchmark') }}
),

-- the same month once for each KPI, with that KPI at its benchmark and the others as they are
compared as (
    {% for kpi in kpis %}
    select
        measured.month,
        measured.segment_kind,
        measured.segment,
        {{ loop.index }} as place,
        '{{ kpi }}' as kpi,
        {{ ratio('measured.' ~ kpi, 'benchmark.' ~ kpi) }} as ratio_to_benchmark,
        {% for other in kpis if other != 'gross_margin_rate' %}
        {{ 'benchmark' if other == kpi else 'measured' }}.{{ other }} as {{ other }},
        {% endfor %}
        {{ 'benchmark.gross_margin_rate' if kpi == 'gross_margin_rate' else 'measured.value_rate' }} as value_rate
    from measured
    cross join benchmark
    where measured.{{ kpi }} is not null and benchmark.{{ kpi }} > 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ranked as (
    select
        *,
        row_number() over (partition by month, segment_kind, segment order by ratio_to_benchmark, place) as weakness
    from compared
),

weakest as (
    select
        month,
        segment_kind,
        segment,
        kpi,
        ratio_to_benchmark,
        {{ formula }} as clv_at_benchmark
    from ranked
    where weakness = 1
),

formulas as (
    select
        *,
        {{ formula }} as formula_clv
    from measured
),

final as (
    select
        formulas.month,
        formulas.segment_kind,
        formulas.segment,
        {{ to_money('formulas.formula_clv') }} as formula_clv,
        weakest.kpi as weakest_kpi,
        weakest.ratio_to_benchmark as weakest_kpi_to_benchmark,
        {{ to_money('weakest.clv_at_benchmark') }} as clv_at_benchmark
    from formulas
    left join weakest
        on
            formulas.month = weakest.month
            and formulas.segment_kind = weakest.segment_kind
            and formulas.segment = weakest.segment
)

select * from final
