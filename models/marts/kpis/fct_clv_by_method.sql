with segments as (
    select * from {{ ref('int_segments_valued') }}
),

{% set yearly_margin = "average_order_value * purchase_frequency * value_rate * 12.0 / " ~ var('kpi_window_months') %}
{% set methods = {
    'simple': lifetime_value('average_order_value', 'purchase_frequency', '1', 'lifetime_years'),
    'margin': lifetime_value('average_order_value', 'purchase_frequency', 'value_rate', 'lifetime_years'),
    'discounted': discounted_value(yearly_margin, yearly_rate('retention_rate'), 'annual_discount_rate'),
    'historical': 'historical_value',
    'cohort': 'value_at_age',
} %}
methods as (
    {% for method, formula in methods.items() %}
    select
        segment_kind,
        segment,
        '{{ method }}' as clv_method,
        {{ to_money(formula) }} as clv_per_customer,
        clv_basis,
        customers,
        {{ 'true' if method in ['historical', 'cohort'] else 'coalesce(is_churn_observed, false)' }} as is_history_long_enough
    from segments
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        segment_kind,
        segment,
        clv_method,
        clv_per_customer,
        case when clv_method = 'simple' then 'revenue' else clv_basis end as clv_basis,
        customers,
        customers >= {{ var('min_segment_customers') }} and is_history_long_enough as is_reliable
    from methods
)

select * from final
