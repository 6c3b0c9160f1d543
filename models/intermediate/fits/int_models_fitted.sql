{% set models = fitted_models() %}
with sums as (
    select * from {{ ref('int_histories_summed') }}
),

polished as (
    select
        {{ point_columns() | reject('equalto', 'is_at_rest') | join(', ') }},
        model_name,
        false as is_at_rest
    from {{ ref('int_models_polished') }}
),

{% for name, model in models.items() %}
{{ name }} as (
    {{ measured_maxima(model.likelihood, moving_points('polished', name, model.likelihood), ref(model.histories ~ '_grouped')) }}
),
{% endfor %}

-- back from the units that it was fitted in
final as (
    {% for name, model in models.items() %}
    select
        {{ name }}.data_id as valued_at,
        '{{ name }}' as model_name,
        {% for number in range(1, most_parameters() + 1) %}
        {% set parameter = model.likelihood.parameters[number - 1] %}
        exp({{ settled(name ~ '.ln_' ~ number) }}){{ ' * sums.' ~ model.unit if parameter in model.likelihood.in_units }}
            as parameter_{{ number }},
        {% endfor %}
        {{ settled(name ~ '.log_likelihood - sums.' ~ model.events ~ ' * ln(sums.' ~ model.unit ~ ')', 6) }} as log_likelihood,
        {{ name }}.iterations,
        {{ name }}.gradient_norm,
        {{ name }}.customers,
        {{ name }}.status,
        {{ prefixed(name ~ '.', covariance_columns()) | join(', ') }}
    from {{ name }}
    inner join sums
        on {{ name }}.data_id = sums.valued_at
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
