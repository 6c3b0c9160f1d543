{% set models = fitted_models() %}
{% set parameters = prefixed('parameter_', range(1, most_parameters() + 1)) %}
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
    {% if name == clocked_model() %}
    select * from {{ ref('int_clocks_measured') }}
    {% else %}
    {{ measured_maxima(
        model.likelihood, moving_points('polished', name, model.likelihood), statistics_of(name, model, is_binned=false)
    ) }}
    {% endif %}
),
{% endfor %}

-- back from the units that it was fitted in
fits as (
    {% for name, model in models.items() %}
    select
        {{ name }}.data_id as valued_at,
        '{{ name }}' as model_name,
        {{ clock_of("'" ~ name ~ "'") }} as clock,
        {{ 'true' if model.is_of_spend else 'false' }} as is_of_spend,
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
        {{ name }}.status in ('converged', 'boundary') as is_usable,
        {{ prefixed(name ~ '.', covariance_columns()) | join(', ') }}
    from {{ name }}
    inner join sums
        on {{ name }}.data_id = sums.valued_at
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

compared as (
    select
        *,
        row_number() over (
            partition by valued_at, is_of_spend
            order by
                case when model_name in ('{{ elected_purchase_models() | join("', '") }}') then 0 else 1 end asc,
                case when is_usable then 0 else 1 end asc,
                clock asc,
                log_likelihood desc nulls last,
                model_name asc
        ) as likelihood_rank
    from fits
),

final as (
    select
        valued_at,
        model_name,
        clock,
        {{ parameters | join(', ') }},
        log_likelihood,
        iterations,
        gradient_norm,
        customers,
        status,
        is_usable,
        is_of_spend,
        likelihood_rank = 1 and not is_of_spend as is_elected,
        {{ covariance_columns() | join(', ') }}
    from compared
)

select * from final
