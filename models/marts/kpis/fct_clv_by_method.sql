with quality as (
    select * from {{ ref('int_model_quality') }}
),

segments as (
    select * from {{ ref('int_segments') }}
),

{# m r / (1 + d - r) per year: Gupta & Lehmann (2003), Customers as assets, Journal of Interactive Marketing 17(1) #}
{% set yearly_retention = "power(retention_rate, 12e0 / " ~ var('kpi_window_months') ~ ")" %}
{% set yearly_margin = "average_order_value * purchase_frequency * value_rate * 12e0 / " ~ var('kpi_window_months') %}
{% set methods = {
    'simple': lifetime_value('average_order_value', 'purchase_frequency', '1', 'lifetime_years'),
    'margin': lifetime_value('average_order_value', 'purchase_frequency', 'value_rate', 'lifetime_years'),
    'discounted': yearly_margin ~ ' * ' ~ yearly_retention ~ ' / nullif(1 + ' ~ annual_discount_rate() ~ ' - ' ~ yearly_retention ~ ', 0)',
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
        {{ 'customers' if method in ['historical', 'cohort'] else 'kpi_customers' }} as customers,
        {{ 'true' if method in ['historical', 'cohort'] else 'coalesce(is_churn_observed, false)' }} as is_history_long_enough
    from segments
    where {{ 'customers' if method in ['historical', 'cohort'] else 'kpi_customers' }} > 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

predictions as (
    select
        predictions.segment_kind,
        predictions.segment,
        'predictive' as clv_method,
        predictions.mean_predicted_clv,
        segments.clv_basis,
        predictions.customers,
        predictions.mean_predicted_clv is not null as is_history_long_enough,
        predictions.mean_predicted_clv_low,
        predictions.mean_predicted_clv_high,
        predictions.mean_predicted_clv_sampling_low,
        predictions.mean_predicted_clv_sampling_high
    from {{ ref('int_segment_predictions_summed') }} as predictions
    inner join segments
        on
            predictions.segment_kind = segments.segment_kind
            and predictions.segment = segments.segment
),

{% set contract_methods = {'subscription': 'formula_clv', 'predictive': 'predicted_clv'} %}
contracts as (
    {% for method, column in contract_methods.items() %}
    select
        'plan' as segment_kind,
        {{ plan_label('plan', 'billing_period') }} as segment,
        '{{ method }}' as clv_method,
        {{ column }},
        clv_basis,
        subscribers,
        {{ column }} is not null as is_history_long_enough,
        cast(null as {{ type_money() }}) as clv_low,
        cast(null as {{ type_money() }}) as clv_high,
        cast(null as {{ type_money() }}) as clv_sampling_low,
        cast(null as {{ type_money() }}) as clv_sampling_high
    from {{ ref('int_subscription_plans') }}
    where plan <> 'all'
    union all
    {% endfor %}
    select
        segment_kind,
        segment,
        'subscription',
        formula_clv,
        clv_basis,
        subscribers,
        formula_clv is not null,
        null,
        null,
        null,
        null
    from {{ ref('int_subscribed_segments') }}
),

all_methods as (
    select
        *,
        cast(null as {{ type_money() }}) as clv_low,
        cast(null as {{ type_money() }}) as clv_high,
        cast(null as {{ type_money() }}) as clv_sampling_low,
        cast(null as {{ type_money() }}) as clv_sampling_high
    from methods
    union all
    select * from predictions
    union all
    select * from contracts
),

final as (
    select
        segment_kind,
        segment,
        clv_method,
        clv_per_customer,
        clv_low,
        clv_high,
        clv_sampling_low,
        clv_sampling_high,
        case when clv_method = 'simple' then 'revenue' else clv_basis end as clv_basis,
        customers,
        case
            when segment_kind = 'tier' and clv_method in ('simple', 'margin', 'discounted') then 'window_start'
            else 'as_of_date'
        end as segment_basis,
        customers >= {{ var('min_segment_customers') }}
        and is_history_long_enough
        and not (
            clv_method = 'predictive' and segment_kind <> 'plan' and (select quality.model_quality from quality) = 'poor'
        ) as is_reliable
    from all_methods
)

select * from final
