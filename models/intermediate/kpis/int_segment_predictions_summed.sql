{% set size = most_parameters() %}
{% set gradients = prefixed('gradient_', range(1, size + 1)) + prefixed('spend_gradient_', range(1, 5)) %}
with customers as (
    select
        measured.customer_id,
        valued.predicted_clv,
        valued.total_clv
    from {{ ref('int_customers_known') }} as measured
    inner join {{ ref('int_customers_valued') }} as valued
        on measured.customer_id = valued.customer_id
    where valued.valued_at = {{ valued_now() }} and measured.cohort_month is not null
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

quality as (
    select * from {{ ref('int_model_quality') }}
),

predictions as (
    select * from {{ ref('int_customers_predicted') }} where valued_at = {{ valued_now() }}
),

uncertainties as (
    select * from {{ ref('int_customer_uncertainties_derived') }}
),

models as (
    select * from {{ ref('int_models_fitted') }} where is_elected and valued_at = {{ valued_now() }}
),

spend_models as (
    select * from {{ ref('int_spend_elected') }} where valued_at = {{ valued_now() }}
),

joined as (
    select
        {{ prefixed('segments.', segment_kinds()) | join(', ') }},
        customers.predicted_clv,
        customers.total_clv,
        predictions.expected_orders,
        {{ prefixed('uncertainties.', gradients) | join(', ') }},
        uncertainties.process_variance
    from customers
    inner join segments
        on customers.customer_id = segments.customer_id
    left join predictions
        on customers.customer_id = predictions.customer_id
    left join uncertainties
        on customers.customer_id = uncertainties.customer_id
),

summed as (
    {% for kind in segment_kinds() %}
    select
        '{{ kind }}' as segment_kind,
        {{ kind }} as segment,
        count(*) as customers,
        sum(predicted_clv) as customer_equity,
        {{ exact_sum('expected_orders') }} as expected_orders,
        {{ complete_sum('predicted_clv') }} as predicted_clv,
        {{ complete_sum('total_clv') }} as total_clv,
        {%- for gradient in gradients %}
        {{ exact_sum(gradient) }} as {{ gradient }},
        {%- endfor %}
        {{ complete_sum('process_variance') }} as process_variance
    from joined
    group by {{ kind }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- how far the sum may be off: because parameters are estimates (delta method), and because customers do as chance will have it
varied as (
    select
        summed.*,
        {{ quadratic_form('summed.gradient_', 'models.cov_', size) }}
        + {{ quadratic_form('summed.spend_gradient_', 'spend_models.spend_cov_', 4) }}
        + summed.process_variance as variance
    from summed
    left join models
        on true
    left join spend_models
        on true
),

-- arithmetic may leave a variance of about 0 a little below it. What forecasts were off by includes both, and what no model knows
deviated as (
    select
        varied.*,
        {{ z_of_interval() }}
        * sqrt(case when varied.variance > 0 then varied.variance when varied.variance <= 0 then 0 end) as reach,
        {{ interval_factor('quality.log_variance', 'varied.expected_orders') }} as factor
    from varied
    cross join quality
),

final as (
    select
        segment_kind,
        segment,
        customers,
        cast(customer_equity as {{ type_money() }}) as customer_equity,
        {{ to_money(ratio('predicted_clv', 'customers')) }} as mean_predicted_clv,
        {{ to_money('customer_equity / factor') }} as customer_equity_low,
        {{ to_money('customer_equity * factor') }} as customer_equity_high,
        {{ to_money('predicted_clv / factor / customers') }} as mean_predicted_clv_low,
        {{ to_money('predicted_clv * factor / customers') }} as mean_predicted_clv_high,
        {{ to_money('(predicted_clv - reach) / customers') }} as mean_predicted_clv_sampling_low,
        {{ to_money('(predicted_clv + reach) / customers') }} as mean_predicted_clv_sampling_high,
        {{ to_money(ratio('total_clv', 'customers')) }} as mean_total_clv
    from deviated
)

select * from final
